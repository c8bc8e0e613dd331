-- mart_suspects: the ranking: internal addresses by grade and score, with their reasons.
--
-- grain:   one row per host
-- inputs:  int_host_grades, mart_evidence
-- params:  window_to
-- notes:   a suspect is an address, not a person, a device or a proof. Rank is
--          by score; ties go by hours, duration, traffic and address, so that
--          the order never depends on the order of import. day is the last
--          day of the ranked window.
with

scores as (
    select
        host,
        round(sum(points), 2)::double as score,
        list_sort(list(struct_pack(position, reason)) filter (points > 0 or position in (1, 9, 10, 11, 12, 13, 14, 15))) as told
    from mart_evidence
    group by host
)

select
    getvariable('window_to') as day,
    row_number() over (
        order by score desc, contact_hours desc, duration_seconds desc, up_and_down(bytes_up, bytes_down) desc,
            ip_key(host_hi, host_lo)
    )::integer as rank,
    grades.host,
    grades.grade,
    scores.score,
    grades.contact_days::integer as contact_days,
    grades.contact_hours::integer as contact_hours,
    grades.contact_slots::integer as contact_slots,
    grades.pool_endpoints::integer as pool_endpoints,
    grades.sessions::integer as sessions,
    round(grades.duration_seconds)::bigint as duration_seconds,
    round((epoch_ms(grades.last_seen) - epoch_ms(grades.first_seen)) / 1000.0)::bigint as span_seconds,
    grades.first_seen,
    grades.last_seen,
    grades.bytes_up,
    grades.bytes_down,
    grades.packets_up,
    grades.packets_down,
    grades.max_concurrent,
    coalesce(grades.coins, '') as coins,
    coalesce(grades.pools, '') as pools,
    grades.unit,
    grades.sector,
    grades.city,
    grades.county,
    array_to_string(list_transform(scores.told, lambda one: one.reason), '; ') as reasons,
    grades.contact,
    grades.nat,
    grades.decided_by,
    grades.sampling_rate,
    grades.host_hi,
    grades.host_lo
from int_host_grades as grades
join scores on scores.host = grades.host
order by rank
