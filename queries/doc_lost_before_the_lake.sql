-- doc_lost_before_the_lake: an example: the hours in which an exporter's flows did not all reach the lake.
--
-- grain:   one row per (hour, exporter)
-- inputs:  view_receipts
-- params:  none
select
    hour_at,
    exporter,
    round(100 * share_missed, 2) as percent_missed,
    restarts,
    datagrams_kernel,
    datagrams_queue,
    sets_no_template - sets_late as sets_no_template,
    records_disk
from view_receipts
where share_missed > 0.001
    or datagrams_kernel + datagrams_queue + sets_no_template - sets_late + records_disk > 0
order by hour_at, exporter
