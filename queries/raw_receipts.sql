-- raw_receipts: the shape of the collectors' receipts, receipts/date=*/hour=*/.
--
-- grain:   one row per (collector, hour, exporter), or more: later arrivals have files of their own
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows; docs/receipts.md says what
--          each column means. A contract test holds it against the writer's
--          schema.
select
    null::timestamptz as hour_at,
    null::varchar as exporter,
    null::timestamptz as first_at,
    null::timestamptz as last_at,
    null::bigint as datagrams,
    null::bigint as datagram_bytes,
    null::bigint as datagrams_decoded,
    null::bigint as datagrams_not_allowed,
    null::bigint as datagrams_unknown,
    null::bigint as datagrams_malformed,
    null::bigint as datagrams_truncated,
    null::bigint as datagrams_queue,
    null::bigint as datagrams_kernel,
    null::bigint as sets,
    null::bigint as sets_decoded,
    null::bigint as sets_no_template,
    null::bigint as sets_late,
    null::bigint as sets_malformed,
    null::bigint as sets_unknown,
    null::bigint as records,
    null::bigint as records_stored,
    null::bigint as records_pending,
    null::bigint as records_malformed,
    null::bigint as records_disk,
    null::bigint as records_aborted,
    null::bigint as missed_datagrams,
    null::bigint as missed_records,
    null::bigint as late_datagrams,
    null::bigint as duplicate_datagrams,
    null::bigint as restarts,
    null::bigint as templates,
    null::bigint as template_changes,
    null::bigint as withdrawals,
    null::bigint as options_records,
    null::bigint as sampling_changes,
    null::bigint as sampling_unknown,
    null::bigint as clock_replaced,
    null::bigint as clock_ahead_min_ms,
    null::bigint as clock_ahead_max_ms
where false
