-- raw_flow_counts: how many flow records the lake has of each exporter in each hour of the day.
--
-- grain:   one row per (exporter, hour) with flows received in the day
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows. Package analyze/flowscan counts them
--          where it reads the flow files for the match, most of them by the
--          statistics of their row groups.
select
    null::varchar as exporter,             -- address of the exporting router
    null::integer as hour,                 -- since the start of the day, by the time of receipt
    null::bigint as flows,                 -- records
    null::integer as sampling_rate,        -- the greatest: one packet in N
    null::bigint as flows_rate_unknown,    -- with a sampling rate of 0
    null::bigint as flows_clock_replaced,  -- whose times are those of receipt, but for sFlow, which has no others
    null::bigint as flows_out_of_reach     -- whose end lies further than the reach from their receipt
where false
