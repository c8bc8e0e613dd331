-- int_hunt_pairs: hosts and rare endpoints in contact for hours at a low rate, on one day.
--
-- grain:   one row per (day, host, endpoint address, endpoint port)
-- inputs:  int_hunt_slots, int_hunt_hosts, int_hunt_endpoints
-- params:  day, hunt_min_hours, hunt_max_hosts, rate_max_kbps, session_gap_seconds
-- notes:   kept are pairs that exchanged packets both ways, or data where an
--          exporter sees one way only, in at least hunt_min_hours hours, at
--          no more than rate_max_kbps, whose endpoint no more than
--          hunt_max_hosts of our hosts use. The rate is told of the active
--          slots; behind a sampling exporter of the active hours, for a slot
--          in which a packet was sampled says nothing of its neighbours.
with

slots as (
    select
        slots.*,
        packets_up + packets_down as packets,
        slot - lag(slot) over (partition by host_hi, host_lo, endpoint_hi, endpoint_lo, port order by slot) as step
    from int_hunt_slots as slots
    semi join int_hunt_hosts as host using (host_hi, host_lo)
),

pairs as (
    select
        host_hi, host_lo, endpoint_hi, endpoint_lo, port,
        count(distinct slot // 12) as hours,
        count(*) as slots,
        count_if(step is null or (step - 1) * 300 >= getvariable('session_gap_seconds')) as sessions,
        make_timestamptz(min(first_ms) * 1000) as first_seen,
        make_timestamptz(max(last_ms) * 1000) as last_seen,
        sum(packets_up) as packets_up,
        sum(packets_down) as packets_down,
        sum(bytes_up) as bytes_up,
        sum(bytes_down) as bytes_down,
        sum(records) as records,
        100.0 * sum(pushed) / sum(records) as push_percent,
        stddev_pop(packets) / nullif(avg(packets), 0) as variation,
        var_pop(packets) filter (where step = 1) / nullif(avg(packets) filter (where step = 1), 0) as dispersion,
        max(scale) as sampling_rate,
        max(host_port) as host_port,
        max(exporter) as exporter
    from slots
    group by all
),

shared as (
    select *, count(*) over (partition by endpoint_hi, endpoint_lo, port) as endpoint_hosts
    from pairs
    where (packets_up > 0 and packets_down > 0) or push_percent > 0
),

lasting as (
    select *
    from shared
    where endpoint_hosts <= getvariable('hunt_max_hosts')
        and hours >= getvariable('hunt_min_hours')
        and (bytes_up + bytes_down) * 8 / 1000.0 / case when sampling_rate > 1 then hours * 3600 else slots * 300 end <= getvariable('rate_max_kbps')
)

select
    getvariable('day') as day,
    pair.host_hi,
    pair.host_lo,
    pair.endpoint_hi,
    pair.endpoint_lo,
    pair.port,
    pair.endpoint_hosts::integer as endpoint_hosts,
    (count(*) over (partition by pair.host_hi, pair.host_lo))::integer as host_endpoints,
    pair.hours::integer as hours,
    pair.slots::integer as slots,
    pair.sessions::integer as sessions,
    pair.first_seen,
    pair.last_seen,
    to_bigint(round(pair.packets_up)) as packets_up,
    to_bigint(round(pair.packets_down)) as packets_down,
    to_bigint(round(pair.bytes_up)) as bytes_up,
    to_bigint(round(pair.bytes_down)) as bytes_down,
    to_bigint(pair.records) as records,
    pair.push_percent::double as push_percent,
    pair.variation::double as variation,
    pair.dispersion::double as dispersion,
    pair.sampling_rate::integer as sampling_rate,
    pair.host_port,
    pair.exporter,
    endpoint.marked_by,
    host.unit,
    host.sector,
    host.city,
    host.county,
    host.nat,
    host.excluded_reason
from lasting as pair
join int_hunt_hosts as host using (host_hi, host_lo)
join int_hunt_endpoints as endpoint using (endpoint_hi, endpoint_lo, port)
