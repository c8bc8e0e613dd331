-- doc_coverage: an example: what of each exporter's day the lake has, and why the rest is missing.
--
-- grain:   one row per (day, exporter)
-- inputs:  view_coverage
-- params:  none
-- notes:   a percentage that is null is not known: no receipt covers the day.
--          minewatch has the same figures, with silent exporters, in its
--          weekly report.
select
    day,
    exporter,
    count(*) filter (where flows > 0) as hours,
    sum(flows) as flows,
    sum(flows_unaccounted) as flows_unaccounted,
    sum(records_stored) as stored,
    sum(records_missed) as missed,
    sum(records_unread) as unread,
    sum(records_malformed + records_disk + records_aborted + records_absent) as dropped,
    round(coverage_percent(
        sum(records_stored),
        sum(records_malformed + records_disk + records_aborted + records_absent + records_unread + records_missed)), 2) as coverage_percent
from view_coverage
group by day, exporter
order by day, exporter
