-- int_pool_flows: every flow record that has a listed address on one side: the one big scan.
--
-- grain:   one row per flow record and listed side
-- inputs:  stg_flows, raw_wanted, int_pool_needles
-- params:  day_start_ms, day_end_ms
-- notes:   one scan for each direction, of the lower halves of its addresses
--          and nothing else until one is wanted: int_pool_needles says how.
--          Only what matched is materialized, and only then are upper halves
--          and times compared and counters scaled to the wire. A record
--          between two listed addresses appears once for each side. The day is
--          the one in which the flow was under way, whenever it was exported.
with

matched as materialized (
    select flows.*, true as is_up
    from stg_flows as flows
    semi join (select lo from int_pool_needles where copy > 0) as pool on flows.dst_lo = pool.lo
    union all
    select flows.*, false as is_up
    from stg_flows as flows
    semi join (select lo from int_pool_needles where copy > 0) as pool on flows.src_lo = pool.lo
),

timed as (
    select
        * exclude (started_at, ended_at, sampling_rate),
        epoch_ms(started_at) as started_ms,
        epoch_ms(greatest(started_at, ended_at)) as ended_ms,
        greatest(sampling_rate, 1) as scale
    from matched
    semi join raw_wanted as pool
        on pool.lo = case when is_up then dst_lo else src_lo end
        and pool.hi = case when is_up then dst_hi else src_hi end
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
