-- int_hunt_figures: the figures of a host and a rare endpoint over all days of a hunt.
--
-- grain:   one row per host and endpoint
-- inputs:  raw_hunt_pairs, raw_contacts, stg_pool_entries
-- params:  none
-- notes:   pool_port = endpoints of the feed on this port, at whatever
--          address. met_pools = the host was in contact with a listed
--          endpoint in a night of these days.
with

merged as (
    select
        host_hi, host_lo, endpoint_hi, endpoint_lo, port,
        count(*) as days,
        max(endpoint_hosts) as endpoint_hosts,
        max(host_endpoints) as host_endpoints,
        sum(hours) as hours,
        sum(slots) as slots,
        sum(sessions) as sessions,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        sum(packets_up) as packets_up,
        sum(packets_down) as packets_down,
        sum(bytes_up) as bytes_up,
        sum(bytes_down) as bytes_down,
        sum(records) as records,
        sum(push_percent * records) / sum(records) as push_percent,
        sum(variation * slots) / sum(slots) as variation,
        coalesce(sum(dispersion * slots) / sum(slots) filter (where dispersion is not null), 0) as dispersion,
        max(sampling_rate) as sampling_rate,
        arg_max(host_port, day) as host_port,
        string_agg(distinct exporter, ',' order by exporter) as exporters,
        max(marked_by) as marked_by,
        arg_max(unit, day) as unit,
        arg_max(sector, day) as sector,
        arg_max(city, day) as city,
        arg_max(county, day) as county,
        arg_max(nat, day) as nat,
        max(excluded_reason) as excluded_reason
    from raw_hunt_pairs
    group by all
),

timed as (
    select
        *,
        up_and_down(packets_up, packets_down) as packets,
        up_and_down(bytes_up, bytes_down) as bytes,
        case when sampling_rate > 1 then hours * 3600 else slots * 300 end as active_seconds
    from merged
),

pool_ports as (
    select port, count(distinct (first_hi, first_lo)) as pool_port
    from stg_pool_entries
    where port > 0 and role <> 'web' and role <> 'p2p'
    group by port
),

met as (
    select distinct host_hi, host_lo from raw_contacts where established
)

select
    timed.* exclude (active_seconds),
    ip_text(timed.host_hi, timed.host_lo) as host,
    ip_text(timed.endpoint_hi, timed.endpoint_lo) as address,
    timed.hours / timed.days as day_hours,
    timed.bytes * 8 / 1000.0 / timed.active_seconds as kbps,
    timed.packets * 60.0 / timed.active_seconds as packets_per_minute,
    timed.bytes / timed.packets as bytes_per_packet,
    100.0 * timed.packets_up / timed.packets as up_percent,
    coalesce(pool_ports.pool_port, 0) as pool_port,
    met.host_lo is not null as met_pools
from timed
left join pool_ports on pool_ports.port = timed.port
left join met on met.host_hi = timed.host_hi and met.host_lo = timed.host_lo
