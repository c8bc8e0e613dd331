-- mart_trend: the last twelve weeks of one region: what their nights suspected, and what that rests on.
--
-- grain:   one row per week, the window's last
-- inputs:  int_trend, int_trend_weeks
-- params:  region_city, region_county
-- notes:   a week without a night has no figures: zero would be a finding.
--          Traffic = bytes both ways between the suspected hosts and pools, over
--          the time of the week's nights. Nights and coverage are those of
--          everything: routers serve several regions.
with

found as (
    select week, hosts, units, bytes
    from int_trend
    where level = case when getvariable('region_city') = '' then 'all' when getvariable('region_county') = '' then 'city' else 'county' end
        and city is not distinct from nullif(getvariable('region_city'), '')
        and county is not distinct from nullif(getvariable('region_county'), '')
)

select
    weeks.week,
    weeks.nights,
    weeks.nights_covered,
    case when weeks.nights > 0 then coalesce(found.hosts, 0) end as hosts,
    case when weeks.nights > 0 then coalesce(found.units, 0) end as units,
    case when weeks.nights > 0 then coalesce(found.bytes, 0)::double * 8 / (weeks.nights * 86400) / 1e6 end as mean_mbps
from int_trend_weeks as weeks
left join found using (week)
order by weeks.week
