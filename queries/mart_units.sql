-- mart_units: the units that own suspect addresses.
--
-- grain:   one row per unit
-- inputs:  mart_suspects, int_week_contacts
-- params:  none
-- notes:   A, B and C hosts; days, hours and bytes are those of A and B.
with

hosts as (
    select
        unit,
        min(sector) as sector,
        min(city) as city,
        min(county) as county,
        min(contact) as contact,
        count(*) filter (where grade = 'A') as hosts_a,
        count(*) filter (where grade = 'B') as hosts_b,
        count(*) filter (where grade = 'C') as hosts_c,
        min(grade) as best_grade,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        coalesce(max(contact_days) filter (where grade in ('A', 'B')), 0) as days,
        coalesce(sum(contact_hours) filter (where grade in ('A', 'B')), 0) as hours,
        coalesce(sum(bytes_up + bytes_down) filter (where grade in ('A', 'B')), 0) as bytes
    from mart_suspects
    where grade in ('A', 'B', 'C') and unit <> ''
    group by unit
),

pools as (
    select
        unit,
        string_agg(distinct pool, ',' order by pool) filter (where pool <> '') as pools,
        string_agg(distinct coin, ',' order by coin) filter (where coin <> '' and match = 'port') as coins
    from int_week_contacts
    where grade in ('A', 'B', 'C')
    group by unit
)

select
    hosts.unit,
    coalesce(hosts.sector, '') as sector,
    coalesce(hosts.city, '') as city,
    coalesce(hosts.county, '') as county,
    coalesce(hosts.contact, '') as contact,
    hosts.hosts_a::integer as hosts_a,
    hosts.hosts_b::integer as hosts_b,
    hosts.hosts_c::integer as hosts_c,
    hosts.best_grade,
    hosts.first_seen,
    hosts.last_seen,
    hosts.days::integer as days,
    hosts.hours::bigint as hours,
    coalesce(pools.pools, '') as pools,
    coalesce(pools.coins, '') as coins,
    to_bigint(hosts.bytes) as bytes
from hosts
left join pools using (unit)
order by hosts.best_grade, hosts.hosts_a + hosts.hosts_b desc, hosts.hours desc, hosts.unit
