-- view_receipts: what came in from each exporter in each hour, what became of it, and what did not arrive.
--
-- grain:   one row per (hour, exporter)
-- inputs:  raw_receipts
-- params:  none
-- notes:   hours are UTC. An empty exporter is what cannot be laid to one: dropped
--          by kernel or queue, or sent by nobody on the allow-list. The share
--          missed is that of records for v5 and IPFIX, that of datagrams for v9
--          and sFlow, as their numbers count; null where nothing came.
with

hours as (
    select
        hour_at,
        exporter,
        min(first_at) as first_at,
        max(last_at) as last_at,
        sum(datagrams)::bigint as datagrams,
        sum(datagram_bytes)::bigint as datagram_bytes,
        sum(datagrams_decoded)::bigint as datagrams_decoded,
        sum(datagrams_not_allowed)::bigint as datagrams_not_allowed,
        sum(datagrams_unknown)::bigint as datagrams_unknown,
        sum(datagrams_malformed)::bigint as datagrams_malformed,
        sum(datagrams_truncated)::bigint as datagrams_truncated,
        sum(datagrams_queue)::bigint as datagrams_queue,
        sum(datagrams_kernel)::bigint as datagrams_kernel,
        sum(sets)::bigint as sets,
        sum(sets_decoded)::bigint as sets_decoded,
        sum(sets_no_template)::bigint as sets_no_template,
        sum(sets_late)::bigint as sets_late,
        sum(sets_malformed)::bigint as sets_malformed,
        sum(sets_unknown)::bigint as sets_unknown,
        sum(records)::bigint as records,
        sum(records_stored)::bigint as records_stored,
        sum(records_pending)::bigint as records_pending,
        sum(records_malformed)::bigint as records_malformed,
        sum(records_disk)::bigint as records_disk,
        sum(records_aborted)::bigint as records_aborted,
        sum(missed_datagrams)::bigint as missed_datagrams,
        sum(missed_records)::bigint as missed_records,
        sum(late_datagrams)::bigint as late_datagrams,
        sum(duplicate_datagrams)::bigint as duplicate_datagrams,
        sum(restarts)::bigint as restarts,
        sum(templates)::bigint as templates,
        sum(template_changes)::bigint as template_changes,
        sum(withdrawals)::bigint as withdrawals,
        sum(options_records)::bigint as options_records,
        sum(sampling_changes)::bigint as sampling_changes,
        sum(sampling_unknown)::bigint as sampling_unknown,
        sum(clock_replaced)::bigint as clock_replaced,
        min(clock_ahead_min_ms) as clock_ahead_min_ms,
        max(clock_ahead_max_ms) as clock_ahead_max_ms
    from raw_receipts
    group by hour_at, exporter
)

select
    hour_at,
    exporter,
    greatest(
        missed_records / nullif(missed_records + records, 0),
        missed_datagrams / nullif(missed_datagrams + datagrams, 0)) as share_missed,  -- 0 to 1; of all that the exporter sent, what never arrived
    * exclude (hour_at, exporter)
from hours
