-- int_concurrency: how many connections to one endpoint a host held open at once.
--
-- grain:   one row per host, pool endpoint and protocol
-- inputs:  int_observations
-- params:  session_gap_seconds
-- notes:   a connection is a local port, its records stitched by the session
--          gap; ends count before starts, so the figure is a lower bound: a
--          client that connects anew in the moment in which it closed, by an
--          exporter's clock of whole seconds as well, has one connection. It
--          bounds the workers from below and says nothing about rigs.
with

ordered as (
    select
        host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, host_port, started_ms, ended_ms,
        max(ended_ms) over (
            partition by host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, host_port
            order by started_ms, ended_ms, flow_id
            rows between unbounded preceding and 1 preceding
        ) as reached_ms
    from int_observations
),

numbered as (
    select
        *,
        count_if(reached_ms is null or started_ms > reached_ms + getvariable('session_gap_seconds') * 1000) over (
            partition by host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, host_port
            order by started_ms, ended_ms
        ) as connection
    from ordered
),

connections as (
    select
        host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, host_port, connection,
        min(started_ms) as started_ms,
        greatest(max(ended_ms), min(started_ms) + 1) as ended_ms
    from numbered
    group by all
),

edges as (
    select host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, started_ms as at_ms, 1 as step from connections
    union all
    select host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, ended_ms as at_ms, -1 as step from connections
),

open_connections as (
    select
        host_hi, host_lo, pool_hi, pool_lo, pool_port, proto,
        sum(step) over (
            partition by host_hi, host_lo, pool_hi, pool_lo, pool_port, proto
            order by at_ms, step
            rows between unbounded preceding and current row
        ) as n
    from edges
)

select host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, max(n)::integer as max_concurrent
from open_connections
group by all
