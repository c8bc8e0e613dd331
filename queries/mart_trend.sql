-- mart_trend: the last twelve weeks of one region: what their nights suspected, and what that rests on.
--
-- grain:   one row per week, the window's last
-- inputs:  int_trend, int_covered_days, int_host_days
-- params:  window_from, window_to, region_city, region_county
-- notes:   a week without a night has no figures: zero would be a finding.
--          Traffic = bytes both ways between the suspected hosts and pools, over
--          the time of the week's nights. Nights and coverage are those of
--          everything: routers serve several regions.
with

weeks as (
    select getvariable('window_from') - 7 * unnest(range(12))::integer as week
),

days as (
    select day, is_covered from int_covered_days
    union all
    select day, false from int_host_days
),

nights as (
    select
        getvariable('window_from') + 7 * floor((day - getvariable('window_from')) / 7)::integer as week,
        count(distinct day)::integer as nights,
        (count(distinct day) filter (where is_covered))::integer as nights_covered
    from days
    where day <= getvariable('window_to')
    group by week
),

found as (
    select week, hosts, units, bytes
    from int_trend
    where level = case when getvariable('region_city') = '' then 'all' when getvariable('region_county') = '' then 'city' else 'county' end
        and city is not distinct from nullif(getvariable('region_city'), '')
        and county is not distinct from nullif(getvariable('region_county'), '')
)

select
    weeks.week,
    coalesce(nights.nights, 0) as nights,
    coalesce(nights.nights_covered, 0) as nights_covered,
    case when nights.nights > 0 then coalesce(found.hosts, 0) end as hosts,
    case when nights.nights > 0 then coalesce(found.units, 0) end as units,
    case when nights.nights > 0 then coalesce(found.bytes, 0)::double * 8 / (nights.nights * 86400) / 1e6 end as mean_mbps
from weeks
left join nights using (week)
left join found using (week)
order by weeks.week
