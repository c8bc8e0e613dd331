-- raw_coverage: the shape of the nightly coverage, coverage/day=*/.
--
-- grain:   one row per (day, exporter, hour)
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows; what mart_coverage writes.
select
    null::date as day,
    null::varchar as exporter,
    null::integer as hour,
    null::bigint as flows,
    null::integer as sampling_rate,
    null::bigint as flows_rate_unknown,
    null::bigint as flows_clock_replaced,
    null::bigint as flows_out_of_reach
where false
