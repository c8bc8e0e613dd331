-- int_pool_flows: every flow record that has a listed address on one side: the one big scan.
--
-- grain:   one row per flow record and listed side
-- inputs:  stg_flows, int_pool_addresses, int_pool_ranges
-- params:  day_start_ms, day_end_ms
-- notes:   one scan for each direction, joined with the few listed addresses;
--          the join is pushed into the Parquet scan. Only what matched is
--          materialized, and only then are times compared and counters scaled
--          to the wire. A record between two listed addresses appears once for
--          each side. The day is the one in which the flow was under way,
--          whenever it was exported.
with

to_address as (
    select flows.*, true as is_up
    from stg_flows as flows
    join int_pool_addresses as pool on flows.dst_lo = pool.lo and flows.dst_hi = pool.hi
),

from_address as (
    select flows.*, false as is_up
    from stg_flows as flows
    join int_pool_addresses as pool on flows.src_lo = pool.lo and flows.src_hi = pool.hi
),

to_range as (
    select flows.*, true as is_up
    from stg_flows as flows
    semi join int_pool_ranges as pool
        on ip_block(flows.dst_hi, flows.dst_lo) = pool.block
        and ip_key(flows.dst_hi, flows.dst_lo) >= pool.first_key
        and ip_key(flows.dst_hi, flows.dst_lo) <= pool.last_key
    anti join int_pool_addresses as known on flows.dst_lo = known.lo and flows.dst_hi = known.hi
),

from_range as (
    select flows.*, false as is_up
    from stg_flows as flows
    semi join int_pool_ranges as pool
        on ip_block(flows.src_hi, flows.src_lo) = pool.block
        and ip_key(flows.src_hi, flows.src_lo) >= pool.first_key
        and ip_key(flows.src_hi, flows.src_lo) <= pool.last_key
    anti join int_pool_addresses as known on flows.src_lo = known.lo and flows.src_hi = known.hi
),

matched as materialized (
    select * from to_address
    union all
    select * from from_address
    union all
    select * from to_range
    union all
    select * from from_range
),

timed as (
    select
        * exclude (started_at, ended_at, sampling_rate),
        epoch_ms(started_at) as started_ms,
        epoch_ms(greatest(started_at, ended_at)) as ended_ms,
        greatest(sampling_rate, 1) as scale
    from matched
)

select
    row_number() over (order by started_ms, ended_ms, src_lo, dst_lo, src_port, dst_port, exporter, bytes, packets, is_up) as flow_id,
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
from timed
where ended_ms >= getvariable('day_start_ms')
    and started_ms < getvariable('day_end_ms')
