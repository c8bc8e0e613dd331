-- int_observations: the matched flows, each with the one entry that explains it best.
--
-- grain:   one row per flow record of an internal host
-- inputs:  int_pool_flows, int_endpoint_entries, int_hosts
-- params:  day_start_ms, day_end_ms
-- notes:   preferred are, in this order: port match inside the window, address
--          match inside the window, port match outside it, address match
--          outside it, another port (preference 1 to 5); then dedicated
--          addresses, the nearest window, confidence and the names, so that the
--          choice never depends on the order of import.
--          Times are cut to the day; in_day says whether the record's counters
--          belong to it (the day in which the flow ended).
with

explained as (
    select
        flow.*,
        entry.entry_id,
        entry.feed,
        entry.match,
        greatest(entry.valid_from_ms - flow.ended_ms, flow.started_ms - entry.valid_until_ms, 0) as outside_ms,
        case
            when entry.match = 'port' and outside_ms = 0 then 1
            when entry.match = 'address' and outside_ms = 0 then 2
            when entry.match = 'port' then 3
            when entry.match = 'address' then 4
            else 5
        end as preference,
        entry.is_dedicated,
        entry.confidence
    from int_pool_flows as flow
    join int_endpoint_entries as entry
        on flow.pool_lo = entry.pool_lo and flow.pool_hi = entry.pool_hi
        and flow.pool_port = entry.pool_port and flow.proto = entry.proto
    join int_hosts as host
        on host.host_lo = flow.host_lo and host.host_hi = flow.host_hi and host.is_internal
),

chosen as (
    select *
    from explained
    qualify row_number() over (
        partition by flow_id
        order by preference, is_dedicated desc, outside_ms, confidence desc, feed, entry_id
    ) = 1
)

select
    flow_id,
    host_hi,
    host_lo,
    host_port,
    pool_hi,
    pool_lo,
    pool_port,
    proto,
    is_up,
    entry_id,
    feed,
    match,
    outside_ms,
    preference,
    is_dedicated,
    confidence,
    greatest(started_ms, getvariable('day_start_ms')) as started_ms,
    least(ended_ms, getvariable('day_end_ms') - 1) as ended_ms,
    ended_ms >= getvariable('day_start_ms') and ended_ms < getvariable('day_end_ms') as in_day,
    tcp_flags,
    bytes,
    packets,
    packets_seen,
    scale,
    exporter
from chosen
