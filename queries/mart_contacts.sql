-- mart_contacts: what each internal host had to do with each pool endpoint on one day.
--
-- grain:   one row per (day, host, pool address, pool port, protocol)
-- inputs:  int_observations, int_endpoint_entries, int_hosts, int_traffic, int_slots, int_sessions, int_concurrency, int_scanning
-- params:  day
-- notes:   both directions count. established = flows both ways that are more
--          than a knock or a refusal (no TCP, no flags told, ACK without RST, or
--          over three packets), or data (ACK and PSH), which is enough where an
--          exporter sees one way only, or a sampled ACK of the host (no SYN, no
--          RST): a client sends one when the pool has answered. It proves
--          nothing where refusals are all that came down: so an ACK scan is
--          answered. A host that was only knocked on from outside is no contact.
--          Of the entries that explain the flows, the contact has the one that
--          int_observations would prefer; pool and coin are told only where it
--          agrees in address and port. days_outside = how far the nearest flow
--          was outside its window; 0 = inside.
with

observed as (
    select
        host_hi, host_lo, pool_hi, pool_lo, pool_port, proto,
        arg_min(
            struct_pack(entry_id, feed, match, outside_ms),
            (preference, not is_dedicated, outside_ms, -confidence, feed, entry_id)) as best,
        count(distinct feed) as feeds,
        min(started_ms) as first_ms,
        max(ended_ms) as last_ms,
        count(*) as records,
        max(scale) as sampling_rate,
        coalesce(bool_or(is_up), false) as seen_up,
        coalesce(bool_or(not is_up), false) as seen_down,
        bool_or((tcp_flags & 24) = 24) as pushed,
        bool_or(proto <> 6 or tcp_flags = 0
            or ((tcp_flags & 16) = 16 and (tcp_flags & 4) = 0)
            or packets_seen > 3) filter (where is_up) as live_up,
        bool_or(proto <> 6 or tcp_flags = 0
            or ((tcp_flags & 16) = 16 and (tcp_flags & 4) = 0)
            or packets_seen > 3) filter (where not is_up) as live_down,
        bool_or(proto = 6 and scale > 1 and (tcp_flags & 22) = 16) filter (where is_up) as acknowledged,
        string_agg(distinct exporter, ',' order by exporter) as exporters,
        coalesce(list_sort(list(distinct host_port) filter (where host_port <> 0)), []) as host_ports
    from int_observations
    group by all
),

-- Nothing seen of what came down under sampling is no refusal.
judged as (
    select
        *,
        coalesce(pushed, false)
            or (coalesce(live_up, false) and coalesce(live_down, false))
            or (coalesce(acknowledged, false) and coalesce(live_down, true)) as established
    from observed
),

slots as (
    select
        host_hi, host_lo, pool_hi, pool_lo, pool_port, proto,
        list_sort(list(slot)) as active_slots,
        count(*) as slots,
        count(distinct slot // 12) as hours
    from int_slots
    group by all
),

sessions as (
    select
        host_hi, host_lo, pool_hi, pool_lo, pool_port, proto,
        count(*) as sessions,
        sum(ended_ms - started_ms) / 1000.0 as duration_seconds,
        max(ended_ms - started_ms) / 1000.0 as longest_session_seconds,
        list(started_ms order by started_ms) as session_starts_ms,
        list(ended_ms order by started_ms) as session_ends_ms
    from int_sessions
    group by all
)

select
    getvariable('day') as day,
    ip_text(observed.host_hi, observed.host_lo) as host,
    ip_text(observed.pool_hi, observed.pool_lo) as pool_address,
    observed.pool_port,
    observed.proto,
    case when observed.best.match = 'port' then entry.pool end as pool,
    case when observed.best.match = 'port' then entry.coin end as coin,
    entry."domain",
    entry.role,
    observed.best.match,
    round(observed.best.outside_ms / 86400000.0, 3) as days_outside,
    entry.confidence,
    entry.evidence,
    entry.shared,
    entry.explained,
    entry.marked_by,
    entry.source as feed_source,
    entry.feed_version,
    observed.best.entry_id,
    observed.feeds::integer as feeds,
    observed.established,
    observed.seen_up and observed.seen_down as both_ways,
    sessions.sessions::integer as sessions,
    sessions.duration_seconds::double as duration_seconds,
    sessions.longest_session_seconds::double as longest_session_seconds,
    slots.slots::integer as slots,
    slots.hours::integer as hours,
    make_timestamptz(observed.first_ms * 1000) as first_seen,
    make_timestamptz(observed.last_ms * 1000) as last_seen,
    observed.records,
    coalesce(traffic.packets_up, 0) as packets_up,
    coalesce(traffic.packets_down, 0) as packets_down,
    coalesce(traffic.bytes_up, 0) as bytes_up,
    coalesce(traffic.bytes_down, 0) as bytes_down,
    coalesce(traffic.records_set_aside, 0) as records_set_aside,
    concurrency.max_concurrent,
    observed.sampling_rate::integer as sampling_rate,
    observed.exporters,
    array_to_string(observed.host_ports[1:8], ',') as host_ports,
    len(observed.host_ports)::integer as n_host_ports,
    scanning.max_endpoints_1h as host_endpoints_1h,
    scanning.median_session_seconds as host_median_session_seconds,
    scanning.median_session_packets as host_median_session_packets,
    host.unit,
    host.sector,
    host.city,
    host.county,
    host.contact,
    host.nat,
    host.ledger_version,
    host.excluded_reason,
    host.excluded_by,
    host.excluded_until,
    observed.host_hi,
    observed.host_lo,
    observed.pool_hi,
    observed.pool_lo,
    slots.active_slots,
    sessions.session_starts_ms,
    sessions.session_ends_ms
from judged as observed
join int_hosts as host using (host_hi, host_lo)
join slots using (host_hi, host_lo, pool_hi, pool_lo, pool_port, proto)
join sessions using (host_hi, host_lo, pool_hi, pool_lo, pool_port, proto)
left join int_traffic as traffic using (host_hi, host_lo, pool_hi, pool_lo, pool_port, proto)
join int_concurrency as concurrency using (host_hi, host_lo, pool_hi, pool_lo, pool_port, proto)
join int_scanning as scanning using (host_hi, host_lo)
join int_endpoint_entries as entry
    on entry.pool_lo = observed.pool_lo and entry.pool_hi = observed.pool_hi
    and entry.pool_port = observed.pool_port and entry.proto = observed.proto
    and entry.entry_id = observed.best.entry_id and entry.feed = observed.best.feed
where observed.seen_up or observed.established
order by observed.host_hi, observed.host_lo, observed.pool_hi, observed.pool_lo, observed.pool_port, observed.proto
