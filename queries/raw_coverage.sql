-- raw_coverage: the shape of the nightly coverage, coverage/day=*/.
--
-- grain:   one row per (day, exporter, hour) with flows or a receipt
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows; what mart_coverage writes.
--          Files of an older program lack the columns from receipt on: they
--          are null there.
select
    null::date as day,                     -- day of site.zone in which the flows were received
    null::varchar as exporter,             -- address of the exporting router; empty: what cannot be laid to one (kernel, queue, not allowed)
    null::integer as hour,                 -- hour since midnight of site.zone, 0 to 23, 24 on the day when clocks go back
    null::bigint as flows,                 -- flow records received in the hour that the lake has
    null::integer as sampling_rate,        -- 1 in N, the highest of the hour; 1 = every packet, 0 = unknown
    null::bigint as flows_rate_unknown,    -- flow records without a sampling rate: their traffic counts as seen
    null::bigint as flows_clock_replaced,  -- flow records whose times are those of receipt, as the clock of the exporter was unusable; none for sFlow, which has no flow times
    null::bigint as flows_out_of_reach,    -- flow records that ended so far from their receipt that no night looks for them
    null::varchar as receipt,              -- whole: every flow is in a receipt; part: some are; none: a log, an old lake, a collector that was killed; faulty: the receipt does not add up and counts as none
    null::bigint as flows_unaccounted,     -- flow records in no receipt: what was lost beside them is not known
    null::bigint as records_received,      -- flow records that arrived, by the receipts; the sum of the next five
    null::bigint as records_stored,        -- of them, those that the lake has
    null::bigint as records_malformed,     -- of them, announced but not there, or not readable
    null::bigint as records_disk,          -- of them, could not be written
    null::bigint as records_aborted,       -- of them, given up with their input
    null::bigint as records_absent,        -- of them, accepted, but not in the lake: never published, or their file is gone; below 0 without an exporter: found since under records_disk
    null::bigint as records_unread,        -- records in sets without template or with impossible lengths; an estimate; below 0: such sets of the hour before were read after all
    null::bigint as records_missed,        -- records that never arrived: counted for v5 and IPFIX, estimated for v9 and sFlow; without an exporter: what kernel and queue dropped beyond that
    null::double as missed_percent,        -- of all that should have come, what never arrived; null: not known
    null::bigint as datagrams,             -- received; above 0 without flows: the exporter was there
    null::bigint as datagrams_missed,      -- that never arrived, by the numbers of v9 and sFlow; above 0: records_missed is an estimate
    null::bigint as datagrams_refused,     -- malformed, cut, or no flow export; the exporter's numbers count them as missed, too
    null::bigint as datagrams_unseen,      -- dropped by kernel or queue before anybody saw whose they were
    null::bigint as datagrams_not_allowed, -- from senders that are not on the allow-list
    null::bigint as sets_unread,           -- sets without template or with impossible lengths; above 0: records_unread is an estimate
    null::bigint as clock_ahead_min_ms,    -- least that the clock of the exporter was ahead of ours, in ms; below 0: behind
    null::bigint as clock_ahead_max_ms     -- most that it was ahead
where false
