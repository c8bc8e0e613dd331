-- int_pool_flows: every flow record that has a listed address on one side: the one big scan.
--
-- grain:   one row per flow record and listed side
-- inputs:  stg_flows, int_pool_addresses, int_pool_ranges
-- params:  day_start_ms, day_end_ms
-- notes:   one scan for each direction, joined with the few listed addresses;
--          the join is pushed into the Parquet scan. A record between two
--          listed addresses appears once for each side. The day is the one in
--          which the flow was under way, whenever it was exported.
with

flows as (
    select * from stg_flows
    where ended_ms >= getvariable('day_start_ms')
        and started_ms < getvariable('day_end_ms')
),

to_address as (
    select flows.*, true as is_up
    from flows
    join int_pool_addresses as pool on flows.dst_lo = pool.lo and flows.dst_hi = pool.hi
),

from_address as (
    select flows.*, false as is_up
    from flows
    join int_pool_addresses as pool on flows.src_lo = pool.lo and flows.src_hi = pool.hi
),

to_range as (
    select flows.*, true as is_up
    from flows
    semi join int_pool_ranges as pool
        on ip_block(flows.dst_hi, flows.dst_lo) = pool.block
        and ip_key(flows.dst_hi, flows.dst_lo) >= pool.first_key
        and ip_key(flows.dst_hi, flows.dst_lo) <= pool.last_key
    anti join int_pool_addresses as known on flows.dst_lo = known.lo and flows.dst_hi = known.hi
),

from_range as (
    select flows.*, false as is_up
    from flows
    semi join int_pool_ranges as pool
        on ip_block(flows.src_hi, flows.src_lo) = pool.block
        and ip_key(flows.src_hi, flows.src_lo) >= pool.first_key
        and ip_key(flows.src_hi, flows.src_lo) <= pool.last_key
    anti join int_pool_addresses as known on flows.src_lo = known.lo and flows.src_hi = known.hi
),

matched as (
    select * from to_address
    union all
    select * from from_address
    union all
    select * from to_range
    union all
    select * from from_range
)

select
    row_number() over () as flow_id,
    is_up,
    case when is_up then src_hi else dst_hi end as host_hi,
    case when is_up then src_lo else dst_lo end as host_lo,
    case when is_up then src_port else dst_port end as host_port,
    case when is_up then dst_hi else src_hi end as pool_hi,
    case when is_up then dst_lo else src_lo end as pool_lo,
    case when is_up then dst_port else src_port end as pool_port,
    proto,
    tcp_flags,
    started_ms,
    ended_ms,
    scaled(bytes, scale) as bytes,
    scaled(packets, scale) as packets,
    packets as packets_seen,
    scale,
    exporter
from matched
