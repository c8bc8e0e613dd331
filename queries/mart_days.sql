-- mart_days: one line a day of the window: what the night rests on and what it found in one region.
--
-- grain:   one row per day of the window
-- inputs:  mart_coverage_days, int_region_days
-- params:  window_from, window_to, region_city, region_county
-- notes:   hosts are counted under the grade that they have over the whole
--          window; contact_records are the flow records of counted contacts.
with

days as (
    select unnest(generate_series(getvariable('window_from'), getvariable('window_to'), interval 1 day))::date as day
),

found as (
    select *
    from int_region_days
    where region = concat_ws('/', getvariable('region_city'), nullif(getvariable('region_county'), ''))
)

select
    days.day,
    coalesce(coverage.flows, 0) as flows,
    coalesce(coverage.hours, 0) as hours,
    coalesce(coverage.exporters, 0) as exporters,
    coalesce(coverage.exporters_expected, 0) as exporters_expected,
    coalesce(coverage.exporters_short, 0) as exporters_short,
    coalesce(coverage.silent_hours, 0) as silent_hours,
    coverage.coverage_percent,
    coalesce(coverage.is_covered, false) as is_covered,
    coalesce(coverage.is_sampled, false) as is_sampled,
    coalesce(found.records, 0) as contact_records,
    coalesce(found.hosts_a, 0) as hosts_a,
    coalesce(found.hosts_b, 0) as hosts_b,
    coalesce(found.hosts_c, 0) as hosts_c,
    coalesce(found.millibytes, 0) * 8 / 86400 / 1e9 as mean_mbps
from days
left join mart_coverage_days as coverage using (day)
left join found using (day)
order by days.day
