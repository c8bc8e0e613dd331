-- mart_coverage: what each exporter sent in each hour of the day, what became of it and what never arrived: what a night rests on.
--
-- grain:   one row per (day, exporter, hour) with flows or a receipt
-- inputs:  raw_flow_counts, raw_receipts
-- params:  day, day_start_ms, day_end_ms
-- notes:   hour 0 begins at the day's midnight; by the time of receipt. A flow
--          whose end lies further than the reach from its receipt belongs to
--          a day that no night looks for it in; it is counted here.
--          Records are compared with the flows that the lake has. Flows beyond
--          the receipts are of a log, of an old lake, or of a collector that
--          was killed: what was lost with them is not known. A receipt that
--          does not add up counts as none, and so does a log's, of records
--          without datagrams: it tells what was read, not what was lost.
--          v9 and sFlow number datagrams, and a set that was not read tells no
--          records: both are estimated by the exporter's mean of the hour, or
--          else of the day; where it had no record to take a mean of, as one
--          record each, which is too few. What queue and kernel dropped leaves
--          gaps in the exporters' numbers, too, and counts only as far as it
--          exceeds them; it stands, as all that has no known sender, under
--          exporter ''.
--          In a zone that is off by part of an hour, a receipt stands in the
--          hour in which it begins, and is not compared with the flows.
with

receipts as (
    select
        exporter,
        ((epoch_ms(hour_at) - getvariable('day_start_ms')) // 3600000)::integer as hour,
        bool_or(datagrams <> datagrams_decoded + datagrams_not_allowed + datagrams_unknown + datagrams_malformed
                + datagrams_truncated + datagrams_queue
            or sets <> sets_decoded + sets_no_template - sets_late + sets_malformed + sets_unknown
            or records <> records_stored + records_pending + records_malformed + records_disk + records_aborted) as is_faulty,
        sum(datagrams) as datagrams,
        sum(datagrams_decoded) as datagrams_decoded,
        sum(datagrams_unknown + datagrams_malformed + datagrams_truncated) as datagrams_refused,
        sum(datagrams_not_allowed) as datagrams_not_allowed,
        sum(datagrams_queue + datagrams_kernel) as datagrams_unseen,
        sum(sets_decoded) as sets_decoded,
        sum(sets_no_template - sets_late + sets_malformed) as sets_unread,
        sum(records) as records,
        sum(records_stored) as records_stored,
        sum(records_pending) as records_pending,
        sum(records_malformed) as records_malformed,
        sum(records_disk) as records_disk,
        sum(records_aborted) as records_aborted,
        sum(missed_datagrams) as missed_datagrams,
        sum(missed_records) as missed_records,
        min(clock_ahead_min_ms) as clock_ahead_min_ms,
        max(clock_ahead_max_ms) as clock_ahead_max_ms
    from raw_receipts
    where hour_at >= make_timestamptz(getvariable('day_start_ms') * 1000)
        and hour_at < make_timestamptz(getvariable('day_end_ms') * 1000)
        and (records = 0 or datagrams > 0)
    group by all
),

means as (
    select
        *,
        coalesce(records / nullif(datagrams_decoded, 0), sum(records) over of_day / nullif(sum(datagrams_decoded) over of_day, 0), 1) as per_datagram,
        coalesce(records / nullif(sets_decoded, 0), sum(records) over of_day / nullif(sum(sets_decoded) over of_day, 0), 1) as per_set
    from receipts
    where not is_faulty
    window of_day as (partition by exporter)
),

missing as (
    select
        * exclude (missed_records),
        round(sets_unread * per_set) as records_unread,
        missed_records + round(missed_datagrams * per_datagram) as numbered_as_missed,
        sum(missed_records + round(missed_datagrams * per_datagram)) over of_hour as missed_in_hour,
        sum(records) over of_hour / nullif(sum(datagrams_decoded) over of_hour, 0) as per_datagram_of_hour
    from means
    window of_hour as (partition by hour)
),

told as (
    select
        *,
        case when exporter = ''
            then numbered_as_missed + greatest(round(datagrams_unseen * coalesce(per_datagram_of_hour, 1)) - missed_in_hour, 0)
            else numbered_as_missed
        end as records_missed
    from missing
),

compared as (
    select
        exporter,
        hour,
        coalesce(seen.flows, 0) as flows,
        coalesce(told.records_stored + told.records_pending, 0) as in_receipts,
        case when exporter = '' or getvariable('day_start_ms') % 3600000 <> 0
            then coalesce(told.records_stored, 0)
            else least(coalesce(seen.flows, 0), coalesce(told.records_stored + told.records_pending, 0))
        end as kept,
        told.exporter is not null as has_receipt,
        coalesce(receipts.is_faulty, false) as is_faulty,
        seen.* exclude (exporter, hour, flows),
        told.* exclude (exporter, hour, is_faulty)
    from raw_flow_counts as seen
    full join receipts using (exporter, hour)
    left join told using (exporter, hour)
)

select
    getvariable('day') as day,
    exporter,
    hour,
    flows,
    coalesce(sampling_rate, 0) as sampling_rate,
    coalesce(flows_rate_unknown, 0) as flows_rate_unknown,
    coalesce(flows_clock_replaced, 0) as flows_clock_replaced,
    coalesce(flows_out_of_reach, 0) as flows_out_of_reach,
    case
        when is_faulty then 'faulty'
        when not has_receipt then 'none'
        when getvariable('day_start_ms') % 3600000 = 0 and flows > kept then 'part'
        else 'whole'
    end as receipt,
    (case when has_receipt and getvariable('day_start_ms') % 3600000 <> 0 then 0 else greatest(flows - kept, 0) end)::bigint as flows_unaccounted,
    coalesce(records, 0)::bigint as records_received,
    kept::bigint as records_stored,
    coalesce(records_malformed, 0)::bigint as records_malformed,
    coalesce(records_disk, 0)::bigint as records_disk,
    coalesce(records_aborted, 0)::bigint as records_aborted,
    (in_receipts - kept)::bigint as records_absent,
    coalesce(records_unread, 0)::bigint as records_unread,
    coalesce(records_missed, 0)::bigint as records_missed,
    case when exporter <> '' then round(100 * records_missed / nullif(records + records_unread + records_missed, 0), 3) end as missed_percent,
    coalesce(datagrams, 0)::bigint as datagrams,
    coalesce(missed_datagrams, 0)::bigint as datagrams_missed,
    coalesce(datagrams_refused, 0)::bigint as datagrams_refused,
    coalesce(datagrams_unseen, 0)::bigint as datagrams_unseen,
    coalesce(datagrams_not_allowed, 0)::bigint as datagrams_not_allowed,
    coalesce(sets_unread, 0)::bigint as sets_unread,
    clock_ahead_min_ms,
    clock_ahead_max_ms
from compared
order by exporter, hour
