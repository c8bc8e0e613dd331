-- mart_regions: the ranking of cities and counties of one region.
--
-- grain:   one row per city, and one per (city, county)
-- inputs:  int_region_hosts
-- params:  region_city, region_county
-- notes:   county is null in the line of a whole city. City '' = hosts that
--          the ledger does not know. Units, hours and bytes are those of the A
--          and B hosts.
with

lines as (
    select
        city,
        county,
        grouping(county) = 1 as is_city,
        count(*) filter (where grade = 'A') as hosts_a,
        count(*) filter (where grade = 'B') as hosts_b,
        count(*) filter (where grade = 'C') as hosts_c,
        count(distinct unit) filter (where unit <> '' and grade in ('A', 'B')) as units,
        coalesce(sum(contact_hours) filter (where grade in ('A', 'B')), 0) as hours,
        coalesce(sum(up_and_down(bytes_up, bytes_down)) filter (where grade in ('A', 'B')), 0) as bytes
    from int_region_hosts
    where region = concat_ws('/', getvariable('region_city'), nullif(getvariable('region_county'), ''))
        and grade in ('A', 'B', 'C')
    group by grouping sets ((city), (city, county))
)

select
    city,
    case when is_city then null else county end as county,
    hosts_a::integer as hosts_a,
    hosts_b::integer as hosts_b,
    hosts_c::integer as hosts_c,
    units::integer as units,
    hours::bigint as hours,
    to_bigint(bytes) as bytes,
    coalesce(100.0 * (hosts_a + hosts_b) / nullif(sum(hosts_a + hosts_b) over (partition by is_city), 0), 0) as share_percent
from lines
order by is_city desc, hosts_a + hosts_b desc, hosts_a desc, hosts_c desc, city, county
