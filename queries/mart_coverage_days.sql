-- mart_coverage_days: what of each night's day the lake has: what may be concluded from what was not found.
--
-- grain:   one row per day of the window with a night
-- inputs:  mart_coverage_exporters, raw_coverage
-- params:  window_from, window_to, min_coverage_percent
-- notes:   a day is covered if every exporter is, and the whole as well: what
--          has no known sender counts there. What a region's only exporter
--          did not see, no other one did.
with

hours as (
    select
        day,
        count(distinct hour) as hours
    from raw_coverage
    where day >= getvariable('window_from') and day <= getvariable('window_to') and flows > 0
    group by day
),

exporters as (
    select
        day,
        sum(flows)::bigint as flows,
        count(*) filter (where flows > 0)::integer as exporters,
        count(*) filter (where exporter <> '')::integer as exporters_expected,
        count(*) filter (where exporter <> '' and not is_covered)::integer as exporters_short,
        max(sampling_rate) > 1 as is_sampled,
        sum(silent_hours)::integer as silent_hours,
        sum(receipts_faulty)::integer as receipts_faulty,
        sum(flows_unaccounted)::bigint as flows_unaccounted,
        sum(records_received)::bigint as records_received,
        sum(records_stored)::bigint as records_stored,
        sum(records_malformed)::bigint as records_malformed,
        sum(records_disk)::bigint as records_disk,
        sum(records_aborted)::bigint as records_aborted,
        sum(records_absent)::bigint as records_absent,
        sum(records_unread)::bigint as records_unread,
        sum(records_missed)::bigint as records_missed,
        sum(records_lost)::bigint as records_lost,
        bool_or(is_estimate) as is_estimate,
        sum(datagrams_not_allowed)::bigint as datagrams_not_allowed,
        coverage_percent(sum(records_stored), sum(records_lost)) as coverage_percent
    from mart_coverage_exporters
    group by day
)

select
    exporters.*,
    coalesce(hours.hours, 0)::integer as hours,
    day_is_covered(exporters_short, receipts_faulty, coverage_percent, getvariable('min_coverage_percent')) as is_covered
from exporters
left join hours using (day)
order by day
