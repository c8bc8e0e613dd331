-- int_sessions: records stitched to sessions, however often the router cut them.
--
-- grain:   one row per host, pool endpoint, protocol and session
-- inputs:  int_observations
-- params:  session_gap_seconds, sampled_gap_seconds
-- notes:   a session goes on while the next record of the same host and
--          endpoint, in either direction and on any local port, starts within
--          the gap. Behind a sampling exporter a TCP connection, known by its
--          local port, also goes on while its next record starts within the
--          sampled gap: most of its packets were not seen. The sum of record
--          durations is never used. Packets are those of the exporter that saw
--          the most of the session.
with

followed as (
    select
        *,
        case when scale > 1 and proto = 6 and host_port <> 0 then
            lead(started_ms) over (
                partition by host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, host_port, scale > 1
                order by started_ms, ended_ms, flow_id)
        end as next_ms
    from int_observations
),

ordered as (
    select
        host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, exporter, started_ms, ended_ms, packets,
        max(case
            when next_ms <= ended_ms + getvariable('sampled_gap_seconds') * 1000 then greatest(ended_ms, next_ms)
            else ended_ms
        end) over (
            partition by host_hi, host_lo, pool_hi, pool_lo, pool_port, proto
            order by started_ms, ended_ms, flow_id
            rows between unbounded preceding and 1 preceding
        ) as reached_ms
    from followed
),

numbered as (
    select
        *,
        count_if(reached_ms is null or started_ms > reached_ms + getvariable('session_gap_seconds') * 1000) over (
            partition by host_hi, host_lo, pool_hi, pool_lo, pool_port, proto
            order by started_ms, ended_ms
        ) as session
    from ordered
),

by_exporter as (
    select
        host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, session, exporter,
        min(started_ms) as started_ms,
        max(ended_ms) as ended_ms,
        sum(packets) as packets
    from numbered
    group by all
)

select
    host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, session,
    min(started_ms) as started_ms,
    max(ended_ms) as ended_ms,
    to_bigint(max(packets)) as packets
from by_exporter
group by all
