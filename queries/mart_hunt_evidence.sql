-- mart_hunt_evidence: why a host and a rare endpoint look like mining to a hunt.
--
-- grain:   one row per (host, endpoint address, endpoint port, evidence)
-- inputs:  int_hunt_figures
-- params:  hunt_full_hours, hunt_full_days, hunt_days, hunt_max_hosts, hunt_min_packet_bytes, hunt_max_packet_bytes, hunt_min_packets_per_minute, hunt_max_packets_per_minute, hunt_full_variation, hunt_min_dispersion, hunt_min_push_percent, hunt_min_port_endpoints, hunt_max_host_endpoints, rate_min_kbps, rate_max_kbps, hunt_points_hours, hunt_points_days, hunt_points_rate, hunt_points_packets, hunt_points_size, hunt_points_steady, hunt_points_chance, hunt_points_exchange, hunt_points_port, hunt_points_met, hunt_minus_peers, hunt_minus_hosting
-- notes:   the score is the sum of points. Shares are found by chance, a
--          heartbeat is sent by a timer: the packets of a slot vary as those of
--          independent events do, or hardly at all. Sampling makes everything
--          look like chance; behind a sampling exporter it is the hours that
--          tell, so they earn what steadiness and chance would.
with

pair as (
    select *, sampling_rate > 1 as is_sampled from int_hunt_figures
),

evidence as (
    select
        host, address, port, 1 as position, 'hours' as evidence,
        day_hours as value, getvariable('hunt_full_hours') as threshold,
        (getvariable('hunt_points_hours') + case when is_sampled then getvariable('hunt_points_steady') + getvariable('hunt_points_chance') else 0 end)
            * least(day_hours / getvariable('hunt_full_hours'), 1) as points,
        format('active in {:.0f} hours a day, {} 5-minute slots, {} sessions', day_hours, slots, sessions) as reason
    from pair
    union all
    select
        host, address, port, 2, 'days', days, least(getvariable('hunt_days'), getvariable('hunt_full_days')),
        getvariable('hunt_points_days') * least(days / least(getvariable('hunt_days'), getvariable('hunt_full_days')), 1),
        format('on {} of {} days', days, getvariable('hunt_days'))
    from pair
    union all
    select
        host, address, port, 3, 'rate', round(kbps, 3), getvariable('rate_max_kbps'),
        case when kbps >= getvariable('rate_min_kbps') and kbps <= getvariable('rate_max_kbps') then getvariable('hunt_points_rate') else 0 end,
        format(case when kbps >= getvariable('rate_min_kbps') and kbps <= getvariable('rate_max_kbps')
            then '{:.2f} kbit/s while active (a miner''s rate: {} to {})'
            else '{:.2f} kbit/s while active (outside of a miner''s rate: {} to {})' end,
            kbps, getvariable('rate_min_kbps'), getvariable('rate_max_kbps'))
    from pair
    union all
    select
        host, address, port, 4, 'packets', round(packets_per_minute, 2), getvariable('hunt_max_packets_per_minute'),
        case when packets_per_minute >= getvariable('hunt_min_packets_per_minute')
            and packets_per_minute <= getvariable('hunt_max_packets_per_minute') then getvariable('hunt_points_packets') else 0 end,
        format('{:.1f} packets a minute (a miner''s: {} to {})', packets_per_minute, getvariable('hunt_min_packets_per_minute'), getvariable('hunt_max_packets_per_minute'))
    from pair
    union all
    select
        host, address, port, 5, 'size', round(bytes_per_packet, 1), getvariable('hunt_min_packet_bytes'),
        case when bytes_per_packet >= getvariable('hunt_min_packet_bytes')
            and bytes_per_packet <= getvariable('hunt_max_packet_bytes') then getvariable('hunt_points_size') else 0 end,
        format('{:.0f} bytes a packet, {:.0f}% of packets from the host (a heartbeat has fewer bytes, a transfer more)', bytes_per_packet, up_percent)
    from pair
    union all
    select
        host, address, port, 6, 'steady', round(variation, 2), getvariable('hunt_full_variation'),
        getvariable('hunt_points_steady') * greatest(1 - variation / getvariable('hunt_full_variation'), 0),
        format('packets of a slot vary by {:.2f} of their mean', variation)
    from pair
    where not is_sampled
    union all
    select
        host, address, port, 7, 'chance', round(dispersion, 2), getvariable('hunt_min_dispersion'),
        case when dispersion >= getvariable('hunt_min_dispersion') then getvariable('hunt_points_chance') else 0 end,
        case when dispersion >= getvariable('hunt_min_dispersion') then 'packets come by chance, as shares do' else 'packets come by a timer' end
    from pair
    where not is_sampled
    union all
    select
        host, address, port, 8, 'exchange', round(push_percent, 1), getvariable('hunt_min_push_percent'),
        case when packets_up > 0 and packets_down > 0 and push_percent >= getvariable('hunt_min_push_percent') then getvariable('hunt_points_exchange') else 0 end,
        format('data in {:.0f}% of the records, {}', push_percent, case when packets_up > 0 and packets_down > 0 then 'both ways' else 'seen one way only' end)
    from pair
    union all
    select
        host, address, port, 9, 'rare', endpoint_hosts, getvariable('hunt_max_hosts'), 0,
        format('used by {} of our addresses', endpoint_hosts)
    from pair
    union all
    select
        host, address, port, 10, 'pool_port', pool_port, getvariable('hunt_min_port_endpoints'),
        getvariable('hunt_points_port'),
        format('a port of {} pools of the feed, elsewhere', pool_port)
    from pair
    where pool_port >= getvariable('hunt_min_port_endpoints')
    union all
    select
        host, address, port, 11, 'met_pools', 1, 1, getvariable('hunt_points_met'),
        'the address met listed pools in these nights'
    from pair
    where met_pools
    union all
    select
        host, address, port, 12, 'peers', host_endpoints, getvariable('hunt_max_host_endpoints'), -getvariable('hunt_minus_peers'),
        format('a peer-to-peer program: {} such endpoints at once, or a coin node''s port', host_endpoints)
    from pair
    where host_endpoints > getvariable('hunt_max_host_endpoints') or is_p2p_port(port)
    union all
    select
        host, address, port, 13, 'hosting', 1, 1, -getvariable('hunt_minus_hosting'),
        concat('a rented server, by the list ', marked_by)
    from pair
    where marked_by is not null
    union all
    select
        host, address, port, 14, 'sampled', sampling_rate, 1, 0,
        format('seen by an exporter that samples 1 in {}: hours tell more than figures', sampling_rate)
    from pair
    where is_sampled
    union all
    select
        host, address, port, 15, 'nat', 1, 1, 0,
        'a gateway according to the ledger: the devices behind it are not known'
    from pair
    where nat
    union all
    select
        host, address, port, 16, 'research', 1, 1, 0,
        concat('registered exclusion: ', excluded_reason)
    from pair
    where excluded_reason <> ''
)

select
    host,
    address,
    port,
    evidence,
    position::integer as position,
    value::double as value,
    threshold::double as threshold,
    round(points, 2)::double as points,
    singular(reason) as reason
from evidence
order by host, address, port, position
