-- int_scanning: how a host spreads over pool endpoints: the figures of the scanner rule.
--
-- grain:   one row per host
-- inputs:  int_sessions
-- params:  none
-- notes:   a prober knocks on many endpoints in short, small sessions; a miner
--          uses one to three. Distinct endpoints are counted over any sliding
--          hour by the begin of their sessions, answered or not.
with

sessions as (
    select
        *,
        hash(pool_hi, pool_lo, pool_port, proto) as endpoint
    from int_sessions
),

spread as (
    select
        host_hi,
        host_lo,
        count(distinct endpoint) over (
            partition by host_hi, host_lo
            order by started_ms
            range between 3600000 preceding and current row
        ) as endpoints
    from sessions
),

widest as (
    select host_hi, host_lo, max(endpoints) as max_endpoints_1h
    from spread
    group by all
)

select
    sessions.host_hi,
    sessions.host_lo,
    any_value(widest.max_endpoints_1h)::integer as max_endpoints_1h,
    median((sessions.ended_ms - sessions.started_ms) / 1000.0) as median_session_seconds,
    median(sessions.packets)::double as median_session_packets
from sessions
join widest on widest.host_hi = sessions.host_hi and widest.host_lo = sessions.host_lo
group by all
