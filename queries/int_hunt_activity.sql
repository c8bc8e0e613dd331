-- int_hunt_activity: services that few hosts used in many hours of the day: the first scan of a hunt.
--
-- grain:   one row per service (address and TCP port), internal ones among them
-- inputs:  stg_flows, raw_hunt_ports
-- params:  day_start_ms, day_end_ms, hunt_min_hours, hunt_max_hosts
-- notes:   the lower port is the service's. Only TCP, as Stratum is, and only
--          records that carried data (ACK and PSH) where the exporter tells
--          the flags: probes and refusals would make a group each. What is
--          kept of a service is a bit for each hour and a sketch of its hosts,
--          so memory grows with the services outside and not with the hosts;
--          what is more than the engine may have goes to disk. The sketch may
--          be off by some, so it has to exceed the limit twice over to count.
with

services as (
    select
        case when dst_port < src_port then dst_hi else src_hi end as endpoint_hi,
        case when dst_port < src_port then dst_lo else src_lo end as endpoint_lo,
        least(src_port, dst_port) as port,
        case when dst_port < src_port then xor(src_hi, src_lo) else xor(dst_hi, dst_lo) end as host,
        (epoch_ms(started_at) - getvariable('day_start_ms')) // 3600000 as first_hour,
        (epoch_ms(greatest(started_at, ended_at)) - getvariable('day_start_ms')) // 3600000 as last_hour
    from stg_flows
    where proto = 6
        and (tcp_flags = 0 or (tcp_flags & 24) = 24)
        and least(src_port, dst_port) > 0
        and least(src_port, dst_port) not in (select port from raw_hunt_ports)
)

select
    endpoint_hi,
    endpoint_lo,
    port
from services
where last_hour >= 0
    and first_hour < (getvariable('day_end_ms') - getvariable('day_start_ms')) // 3600000
group by endpoint_hi, endpoint_lo, port
having bit_count(bit_or((1::bigint << (least(last_hour, 24) + 1)) - (1::bigint << greatest(first_hour, 0)))) >= getvariable('hunt_min_hours')
    and approx_count_distinct(host) <= 2 * getvariable('hunt_max_hosts')
