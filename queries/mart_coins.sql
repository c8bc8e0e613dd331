-- mart_coins: A and B hosts of each region by coin.
--
-- grain:   one row per (region, coin); name '' = unknown
-- inputs:  int_region_contacts
-- params:  none
-- notes:   a coin is told only by address and port; a host that met endpoints
--          of two coins counts for both.
with

hosts as (
    select distinct
        region,
        host,
        case when match = 'port' then coalesce(coin, '') else '' end as name
    from int_region_contacts
    where grade in ('A', 'B')
),

wholes as (
    select region, count(distinct host) as hosts
    from hosts
    group by region
)

select
    hosts.region,
    hosts.name,
    count(*)::integer as hosts,
    100.0 * count(*) / any_value(wholes.hosts) as share_percent
from hosts
join wholes using (region)
group by hosts.region, hosts.name
order by hosts.region, count(*) desc, hosts.name
