-- raw_suspects: the shape of the nightly suspects, suspects/day=*/.
--
-- grain:   one row per (day, host)
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows; what mart_night_suspects writes.
select
    null::date as day,
    null::integer as rank,
    null::varchar as host,
    null::varchar as grade,
    null::double as score,
    null::integer as contact_days,
    null::integer as contact_hours,
    null::integer as contact_slots,
    null::integer as pool_endpoints,
    null::integer as sessions,
    null::bigint as duration_seconds,
    null::bigint as span_seconds,
    null::timestamptz as first_seen,
    null::timestamptz as last_seen,
    null::bigint as bytes_up,
    null::bigint as bytes_down,
    null::bigint as packets_up,
    null::bigint as packets_down,
    null::integer as max_concurrent,
    null::varchar as coins,
    null::varchar as pools,
    null::varchar as unit,
    null::varchar as sector,
    null::varchar as city,
    null::varchar as county,
    null::varchar as reasons,
    null::varchar as contact,
    null::boolean as nat,
    null::varchar as decided_by,
    null::integer as sampling_rate,
    null::bigint as host_hi,
    null::bigint as host_lo
where false
