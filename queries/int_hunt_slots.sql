-- int_hunt_slots: what a host exchanged with a rare endpoint in each 5 minutes: the second scan of a hunt.
--
-- grain:   one row per host, endpoint and 5-minute slot
-- inputs:  stg_flows, int_hunt_endpoints
-- params:  day_start_ms, day_end_ms
-- notes:   slot 0 begins at the day's midnight. A record counts for every slot
--          between its first and last packet, its packets and bytes by the
--          time that it spent there. Of several exporters the one with the
--          most packets in the slot counts, for each direction.
with

to_endpoint as (
    select
        flows.src_hi as host_hi, flows.src_lo as host_lo, flows.src_port as host_port,
        endpoint.endpoint_hi, endpoint.endpoint_lo, endpoint.port, true as is_up,
        flows.started_at, flows.ended_at, flows.tcp_flags, flows.bytes, flows.packets, flows.sampling_rate, flows.exporter
    from stg_flows as flows
    join int_hunt_endpoints as endpoint
        on flows.dst_lo = endpoint.endpoint_lo and flows.dst_hi = endpoint.endpoint_hi and flows.dst_port = endpoint.port
    where flows.proto = 6
),

from_endpoint as (
    select
        flows.dst_hi as host_hi, flows.dst_lo as host_lo, flows.dst_port as host_port,
        endpoint.endpoint_hi, endpoint.endpoint_lo, endpoint.port, false as is_up,
        flows.started_at, flows.ended_at, flows.tcp_flags, flows.bytes, flows.packets, flows.sampling_rate, flows.exporter
    from stg_flows as flows
    join int_hunt_endpoints as endpoint
        on flows.src_lo = endpoint.endpoint_lo and flows.src_hi = endpoint.endpoint_hi and flows.src_port = endpoint.port
    where flows.proto = 6
),

exchanged as (
    select * from to_endpoint
    union all
    select * from from_endpoint
),

timed as (
    select
        * exclude (started_at, ended_at, sampling_rate),
        greatest(epoch_ms(ended_at) - epoch_ms(started_at), 0) as whole_ms, -- also of what lies outside of the day
        greatest(epoch_ms(started_at), getvariable('day_start_ms')) as started_ms,
        least(epoch_ms(greatest(started_at, ended_at)), getvariable('day_end_ms') - 1) as ended_ms,
        greatest(sampling_rate, 1) as scale
    from exchanged
),

placed as (
    select
        *,
        (started_ms - getvariable('day_start_ms')) // 300000 as first_slot,
        (ended_ms - getvariable('day_start_ms')) // 300000 as last_slot
    from timed
    where ended_ms >= getvariable('day_start_ms')
        and started_ms < getvariable('day_end_ms')
),

spread as (
    select
        * exclude (first_slot, last_slot),
        unnest(generate_series(first_slot, last_slot)) as slot
    from placed
),

shared as (
    select
        *,
        case when whole_ms = 0 then 1::double
            else (least(ended_ms, getvariable('day_start_ms') + (slot + 1) * 300000)
                - greatest(started_ms, getvariable('day_start_ms') + slot * 300000))::double / whole_ms end as part
    from spread
),

by_exporter as (
    select
        host_hi, host_lo, endpoint_hi, endpoint_lo, port, slot, exporter,
        coalesce(sum(part * scaled(packets, scale)) filter (where is_up), 0) as packets_up,
        coalesce(sum(part * scaled(packets, scale)) filter (where not is_up), 0) as packets_down,
        coalesce(sum(part * scaled(bytes, scale)) filter (where is_up), 0) as bytes_up,
        coalesce(sum(part * scaled(bytes, scale)) filter (where not is_up), 0) as bytes_down,
        count(*) as records,
        count_if(tcp_flags = 0 or (tcp_flags & 24) = 24) as pushed,
        max(scale) as scale,
        min(started_ms) as first_ms,
        max(ended_ms) as last_ms,
        max(host_port) as host_port
    from shared
    group by all
)

select
    host_hi, host_lo, endpoint_hi, endpoint_lo, port,
    slot::integer as slot,
    max(packets_up) as packets_up,
    max(packets_down) as packets_down,
    max(struct_pack(packets_up, bytes_up)).bytes_up as bytes_up,
    max(struct_pack(packets_down, bytes_down)).bytes_down as bytes_down,
    sum(records)::bigint as records,
    sum(pushed)::bigint as pushed,
    max(scale) as scale,
    min(first_ms) as first_ms,
    max(last_ms) as last_ms,
    max(host_port) as host_port,
    max(exporter) as exporter
from by_exporter
group by all
