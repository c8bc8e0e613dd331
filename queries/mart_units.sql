-- mart_units: the units that own suspect addresses of each region.
--
-- grain:   one row per (region, unit)
-- inputs:  int_region_hosts, int_region_contacts
-- params:  none
-- notes:   one row rests on one basis: the unit's A and B hosts, or, where it
--          has none, its clues. A clue is no ground for a notice, so it adds
--          to hosts_c alone where there are better ones.
with

suspects as (
    select *, grade in ('A', 'B') as is_suspect
    from int_region_hosts
    where grade in ('A', 'B', 'C') and unit <> ''
),

basis as (
    select *
    from suspects
    qualify is_suspect or not bool_or(is_suspect) over (partition by region, unit)
),

counts as (
    select
        region,
        unit,
        count(*) filter (where grade = 'A') as hosts_a,
        count(*) filter (where grade = 'B') as hosts_b,
        count(*) filter (where grade = 'C') as hosts_c
    from suspects
    group by region, unit
),

hosts as (
    select
        region,
        unit,
        min(sector) as sector,
        min(city) as city,
        min(county) as county,
        min(contact) as contact,
        min(grade) as best_grade,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        max(contact_days) as days,
        sum(contact_hours) as hours,
        sum(up_and_down(bytes_up, bytes_down)) as bytes
    from basis
    group by region, unit
),

pools as (
    select
        contact.region,
        contact.unit,
        string_agg(distinct contact.pool, ',' order by contact.pool) filter (where contact.pool <> '') as pools,
        string_agg(distinct contact.coin, ',' order by contact.coin)
            filter (where contact.coin <> '' and contact.match = 'port') as coins
    from int_region_contacts as contact
    semi join basis on basis.region = contact.region and basis.host = contact.host
    group by contact.region, contact.unit
)

select
    hosts.region,
    hosts.unit,
    coalesce(hosts.sector, '') as sector,
    coalesce(hosts.city, '') as city,
    coalesce(hosts.county, '') as county,
    coalesce(hosts.contact, '') as contact,
    counts.hosts_a::integer as hosts_a,
    counts.hosts_b::integer as hosts_b,
    counts.hosts_c::integer as hosts_c,
    hosts.best_grade,
    hosts.first_seen,
    hosts.last_seen,
    hosts.days::integer as days,
    hosts.hours::bigint as hours,
    coalesce(pools.pools, '') as pools,
    coalesce(pools.coins, '') as coins,
    to_bigint(hosts.bytes) as bytes
from hosts
join counts using (region, unit)
left join pools using (region, unit)
order by hosts.region, hosts.best_grade, counts.hosts_a + counts.hosts_b desc, hosts.hours desc, hosts.unit
