-- raw_receipts: the shape of the collectors' receipts, receipts/date=*/hour=*/.
--
-- grain:   one row per (collector, hour, exporter), or more: later arrivals have files of their own
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows; docs/receipts.md says what
--          each column means. A contract test holds it against the writer's
--          schema.
select
    null::timestamptz as hour_at,                -- start of the hour, by the time that the flows are stored under
    null::varchar as exporter,                   -- address of the exporting router; empty: what cannot be laid to one (kernel, queue, not allowed)
    null::timestamptz as first_at,               -- receipt of the first datagram that was decoded
    null::timestamptz as last_at,                -- receipt of the last one
    null::bigint as datagrams,                   -- received
    null::bigint as datagram_bytes,              -- UDP payload received
    null::bigint as datagrams_decoded,           -- datagrams = datagrams_decoded + the five that follow
    null::bigint as datagrams_not_allowed,       -- the sender is not on the allow-list
    null::bigint as datagrams_unknown,           -- no version that we read, or no flow export
    null::bigint as datagrams_malformed,         -- refused as a whole
    null::bigint as datagrams_truncated,         -- cut by the capture or the receive buffer
    null::bigint as datagrams_queue,             -- the queue to the decoder was full
    null::bigint as datagrams_kernel,            -- dropped by the kernel before they were received; not in datagrams
    null::bigint as sets,                        -- v9 and IPFIX sets, sFlow samples
    null::bigint as sets_decoded,                -- sets = sets_decoded + sets_no_template - sets_late + sets_malformed + sets_unknown
    null::bigint as sets_no_template,            -- data sets that came before or without their template
    null::bigint as sets_late,                   -- of such sets, those that were read after all, when their template came
    null::bigint as sets_malformed,              -- lengths or counts that cannot be
    null::bigint as sets_unknown,                -- reserved set IDs, sample types that we do not read
    null::bigint as records,                     -- flow records received
    null::bigint as records_stored,              -- records = records_stored + records_pending + the three that follow
    null::bigint as records_pending,             -- not yet published when the receipt was written
    null::bigint as records_malformed,           -- announced but not there, or not readable
    null::bigint as records_disk,                -- could not be written
    null::bigint as records_aborted,             -- given up with their input
    null::bigint as missed_datagrams,            -- datagrams that never arrived, by the numbers of v9 and sFlow
    null::bigint as missed_records,              -- records that never arrived, by the numbers of v5 and IPFIX
    null::bigint as late_datagrams,              -- arrived after a later one
    null::bigint as duplicate_datagrams,         -- with a number that had been there
    null::bigint as restarts,                    -- numberings that began anew
    null::bigint as templates,                   -- template records learnt
    null::bigint as template_changes,            -- of them, those that replaced a different one
    null::bigint as withdrawals,                 -- templates withdrawn
    null::bigint as options_records,             -- options data records read
    null::bigint as sampling_changes,            -- announced sampling rates that differ from those before
    null::bigint as sampling_unknown,            -- records stored with sampling_rate 0
    null::bigint as clock_replaced,              -- records stored with the time of receipt, because the exporter's clock was off
    null::bigint as clock_ahead_min_ms,          -- least that the exporter's clock was ahead of ours, in ms; below 0: behind. v9 and IPFIX say whole seconds
    null::bigint as clock_ahead_max_ms           -- most that it was ahead
where false
