-- int_exporter_days: what of each exporter's day the lake has, over all nights that were read.
--
-- grain:   one row per (day with a night, exporter that sent on it or on one of the six days before), and one for what has no known sender
-- inputs:  raw_coverage
-- params:  min_coverage_percent, odd_days
-- notes:   coverage = stored / (stored + lost), of the records that receipts
--          know; lost = malformed, not written, given up, absent, unread and
--          missed. An hour without flows and without any datagram is silent;
--          an exporter that was never heard of before is not expected before
--          its first hour. A day has 24 hours, or what odd_days says of it,
--          '2026-03-29=23 2026-10-25=25': where clocks are put on. Covered is
--          who has at least min_coverage_percent, no silent hour, and no flow
--          without a receipt: of anything less it cannot be said what was not
--          seen.
with

hours as (
    select
        * exclude (receipt, flows_unaccounted),
        coalesce(receipt, 'none') as receipt,
        coalesce(flows_unaccounted, flows) as flows_unaccounted
    from raw_coverage
),

nights as (
    select
        day,
        coalesce(nullif(regexp_extract(getvariable('odd_days'), day::varchar || '=(\d+)', 1), '')::integer, 24) as hours
    from hours
    group by day
),

days as (
    select
        day,
        exporter,
        sum(flows) as flows,
        count(*) filter (where flows > 0) as hours,
        count(*) filter (where flows > 0 or datagrams > 0) as hours_heard,
        min(hour) filter (where flows > 0) as first_hour,
        count(*) filter (where receipt = 'faulty') as receipts_faulty,
        sum(flows_unaccounted) as flows_unaccounted,
        sum(records_received) as records_received,
        sum(records_stored) as records_stored,
        sum(records_malformed) as records_malformed,
        sum(records_disk) as records_disk,
        sum(records_aborted) as records_aborted,
        sum(records_absent) as records_absent,
        greatest(sum(records_unread), 0) as records_unread,
        sum(records_missed) as records_missed,
        sum(datagrams_missed) as datagrams_missed,
        sum(datagrams_refused) as datagrams_refused,
        sum(datagrams_unseen) as datagrams_unseen,
        sum(datagrams_not_allowed) as datagrams_not_allowed,
        greatest(sum(sets_unread), 0) as sets_unread,
        max(sampling_rate) as sampling_rate,
        sum(flows_rate_unknown) as flows_rate_unknown,
        sum(flows_clock_replaced) as flows_clock_replaced,
        min(clock_ahead_min_ms) as clock_ahead_min_ms,
        max(clock_ahead_max_ms) as clock_ahead_max_ms
    from hours
    group by day, exporter
),

expected as (
    select
        nights.day,
        days.exporter,
        any_value(nights.hours) as hours,
        bool_or(days.day < nights.day) as is_known,
        min(days.first_hour) filter (where days.day = nights.day) as first_hour
    from nights
    join days on days.day >= nights.day - 6 and days.day <= nights.day
    where days.exporter <> '' and days.flows > 0
    group by nights.day, days.exporter
),

figures as (
    select
        coalesce(expected.day, days.day) as day,
        coalesce(expected.exporter, days.exporter) as exporter,
        coalesce(days.flows, 0)::bigint as flows,
        coalesce(days.hours, 0)::integer as hours,
        case when expected.exporter is null then 0
            else greatest(expected.hours - coalesce(days.hours_heard, 0) - case when is_known then 0 else expected.first_hour end, 0)
        end::integer as silent_hours,
        coalesce(days.receipts_faulty, 0)::integer as receipts_faulty,
        coalesce(days.flows_unaccounted, 0)::bigint as flows_unaccounted,
        coalesce(days.records_received, 0)::bigint as records_received,
        coalesce(days.records_stored, 0)::bigint as records_stored,
        coalesce(days.records_malformed, 0)::bigint as records_malformed,
        coalesce(days.records_disk, 0)::bigint as records_disk,
        coalesce(days.records_aborted, 0)::bigint as records_aborted,
        coalesce(days.records_absent, 0)::bigint as records_absent,
        coalesce(days.records_unread, 0)::bigint as records_unread,
        coalesce(days.records_missed, 0)::bigint as records_missed,
        coalesce(days.datagrams_missed > 0 or days.sets_unread > 0 or days.datagrams_unseen > 0, false) as is_estimate,
        coalesce(days.datagrams_refused, 0)::bigint as datagrams_refused,
        coalesce(days.datagrams_unseen, 0)::bigint as datagrams_unseen,
        coalesce(days.datagrams_not_allowed, 0)::bigint as datagrams_not_allowed,
        coalesce(days.sets_unread, 0)::bigint as sets_unread,
        coalesce(days.sampling_rate, 0)::integer as sampling_rate,
        coalesce(days.flows_rate_unknown, 0)::bigint as flows_rate_unknown,
        coalesce(days.flows_clock_replaced, 0)::bigint as flows_clock_replaced,
        days.clock_ahead_min_ms,
        days.clock_ahead_max_ms
    from expected
    full join days on days.day = expected.day and days.exporter = expected.exporter
),

summed as (
    select
        *,
        records_malformed + records_disk + records_aborted + records_absent + records_unread + records_missed as records_lost
    from figures
)

select
    *,
    case when exporter <> '' then coverage_percent(records_stored, records_lost) end as coverage_percent,
    coalesce(coverage_percent(records_stored, records_lost) >= getvariable('min_coverage_percent'), false)
        and silent_hours = 0 and flows_unaccounted = 0 and receipts_faulty = 0 as is_covered
from summed
where exporter <> '' or records_lost <> 0 or datagrams_unseen > 0 or datagrams_refused > 0 or datagrams_not_allowed > 0
    or flows > 0 or receipts_faulty > 0
