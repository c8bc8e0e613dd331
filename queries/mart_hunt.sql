-- mart_hunt: grade H: what to look into next, and why; for analysts only.
--
-- grain:   one row per host and foreign endpoint
-- inputs:  int_hunt_figures, mart_hunt_evidence
-- params:  hunt_min_score
-- notes:   no feed lists these endpoints. Of what behaviour alone finds, most
--          is something else: a line is a question, and never a suspect.
with

scores as (
    select
        host, address, port,
        round(sum(points), 2)::double as score,
        string_agg(reason, '; ' order by position) as reasons
    from mart_hunt_evidence
    group by all
)

select
    row_number() over (
        order by scores.score desc, pair.hours desc, pair.slots desc, ip_key(pair.host_hi, pair.host_lo), ip_key(pair.endpoint_hi, pair.endpoint_lo), pair.port
    )::integer as rank,
    pair.host,
    pair.unit,
    pair.sector,
    pair.city,
    pair.county,
    pair.nat,
    pair.address,
    pair.port,
    'tcp' as proto,
    scores.score,
    pair.days::integer as days,
    pair.hours::integer as hours,
    pair.slots::integer as slots,
    pair.sessions::integer as sessions,
    pair.first_seen,
    pair.last_seen,
    round(pair.kbps, 3)::double as kbps,
    round(pair.packets_per_minute, 2)::double as packets_per_minute,
    round(pair.bytes_per_packet, 1)::double as bytes_per_packet,
    round(pair.up_percent, 1)::double as up_percent,
    round(pair.push_percent, 1)::double as push_percent,
    round(pair.variation, 3)::double as variation,
    round(pair.dispersion, 2)::double as dispersion,
    pair.endpoint_hosts::integer as endpoint_hosts,
    pair.host_endpoints::integer as host_endpoints,
    pair.sampling_rate::integer as sampling_rate,
    pair.host_port,
    pair.exporters,
    scores.reasons
from int_hunt_figures as pair
join scores using (host, address, port)
where scores.score >= getvariable('hunt_min_score')
order by rank
