-- mart_details: the pool endpoints of each suspect: what its owner needs to find the device.
--
-- grain:   one row per (host, pool address, pool port)
-- inputs:  stg_counted
-- params:  none
select
    host,
    pool_address,
    pool_port,
    coalesce(arg_max(pool, day), '') as pool,
    coalesce(arg_max("domain", day), '') as "domain",
    coalesce(arg_max(case when match = 'port' then coin end, day), '') as coin,
    count(distinct day)::integer as days,
    sum(hours)::integer as hours,
    sum(sessions)::integer as sessions,
    round(sum(duration_seconds))::bigint as duration_seconds,
    min(first_seen) as first_seen,
    max(last_seen) as last_seen,
    coalesce(arg_max(host_ports, day), '') as host_ports,
    to_bigint(sum(bytes_up)) as bytes_up,
    to_bigint(sum(bytes_down)) as bytes_down,
    max(max_concurrent)::integer as max_concurrent,
    string_agg(distinct exporters, ',' order by exporters) as exporters,
    arg_max(feed_source, day) as feed_source,
    arg_max(feed_version, day) as feed_version
from stg_counted
group by host, host_hi, host_lo, pool_address, pool_hi, pool_lo, pool_port
order by host_hi, host_lo, sum(hours) desc, pool_hi, pool_lo, pool_port
