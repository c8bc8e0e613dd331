-- int_pool_flows: every flow record of the day that has a listed address on one side, told from the host's.
--
-- grain:   one row per flow record and listed side
-- inputs:  raw_found
-- params:  day_start_ms, day_end_ms
-- notes:   counters are scaled to the wire. The day is the one in which the
--          flow was under way, whenever it was exported.
with

timed as (
    select
        * exclude (ended_ms, sampling_rate),
        greatest(started_ms, ended_ms) as ended_ms,
        greatest(sampling_rate, 1)::integer as scale
    from raw_found
)

select
    row_number() over (order by started_ms, ended_ms, src_lo, dst_lo, src_port, dst_port, exporter, bytes, packets, is_up) as flow_id,
    is_up,
    case when is_up then src_hi else dst_hi end as host_hi,
    case when is_up then src_lo else dst_lo end as host_lo,
    (case when is_up then src_port else dst_port end)::integer as host_port,
    case when is_up then dst_hi else src_hi end as pool_hi,
    case when is_up then dst_lo else src_lo end as pool_lo,
    (case when is_up then dst_port else src_port end)::integer as pool_port,
    proto::smallint as proto,
    tcp_flags::smallint as tcp_flags,
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
