-- mart_coverage_window: what of all days of the window the lake has.
--
-- grain:   one row
-- inputs:  mart_coverage_exporters, mart_coverage_days
-- params:  none
-- notes:   the window is covered if each of its nights is; a day without a
--          night is not told here.
with

exporters as (
    select
        count(distinct exporter) filter (where flows > 0)::integer as exporters,
        count(distinct exporter) filter (where exporter <> '')::integer as exporters_expected,
        count(distinct exporter) filter (where exporter <> '' and not is_covered)::integer as exporters_short
    from mart_coverage_exporters
),

days as (
    select
        count(*)::integer as nights,
        count(*) filter (where is_covered)::integer as nights_covered,
        coalesce(sum(flows), 0)::bigint as flows,
        coalesce(sum(silent_hours), 0)::integer as silent_hours,
        coalesce(sum(receipts_faulty), 0)::integer as receipts_faulty,
        coalesce(sum(flows_unaccounted), 0)::bigint as flows_unaccounted,
        coalesce(sum(records_received), 0)::bigint as records_received,
        coalesce(sum(records_stored), 0)::bigint as records_stored,
        coalesce(sum(records_malformed), 0)::bigint as records_malformed,
        coalesce(sum(records_disk), 0)::bigint as records_disk,
        coalesce(sum(records_aborted), 0)::bigint as records_aborted,
        coalesce(sum(records_absent), 0)::bigint as records_absent,
        coalesce(sum(records_unread), 0)::bigint as records_unread,
        coalesce(sum(records_missed), 0)::bigint as records_missed,
        coalesce(bool_or(is_estimate), false) as is_estimate,
        coalesce(sum(datagrams_not_allowed), 0)::bigint as datagrams_not_allowed,
        coverage_percent(sum(records_stored), sum(records_lost)) as coverage_percent,
        coalesce(bool_and(is_covered), false) as is_covered
    from mart_coverage_days
)

select *
from exporters
cross join days
