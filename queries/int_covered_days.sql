-- int_covered_days: the days with a night, and to which of them all exporters are covered.
--
-- grain:   one row per day with a night
-- inputs:  int_exporter_days
-- params:  min_coverage_percent
-- notes:   as mart_coverage_days decides it for the days of a window.
select
    day,
    day_is_covered(
        count(*) filter (where exporter <> '' and not is_covered),
        sum(receipts_faulty),
        coverage_percent(sum(records_stored), sum(records_lost)),
        getvariable('min_coverage_percent')) as is_covered
from int_exporter_days
group by day
