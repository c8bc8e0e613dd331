-- raw_coverage: the shape of the nightly coverage, coverage/day=*/.
--
-- grain:   one row per (day, exporter, hour)
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows; what mart_coverage writes.
select
    null::date as day,                     -- day of site.zone in which the flows were received
    null::varchar as exporter,             -- address of the exporting router
    null::integer as hour,                 -- hour since midnight of site.zone, 0 to 23, 24 on the day when clocks go back
    null::bigint as flows,                 -- flow records received in the hour
    null::integer as sampling_rate,        -- 1 in N, the highest of the hour; 1 = every packet, 0 = unknown
    null::bigint as flows_rate_unknown,    -- flow records without a sampling rate: their traffic counts as seen
    null::bigint as flows_clock_replaced,  -- flow records whose times are those of receipt, as the clock of the exporter was unusable; none for sFlow, which has no flow times
    null::bigint as flows_out_of_reach     -- flow records that ended so far from their receipt that no night looks for them
where false
