-- mart_coins: A and B hosts by coin.
--
-- grain:   one row per coin; '' = unknown
-- inputs:  int_region_contacts
-- params:  none
-- notes:   a coin is told only by address and port; a host that met endpoints
--          of two coins counts for both.
with

hosts as (
    select distinct
        host,
        case when match = 'port' then coalesce(coin, '') else '' end as name
    from int_region_contacts
    where grade in ('A', 'B')
)

select
    name,
    count(*)::integer as hosts,
    100.0 * count(*) / (select count(distinct host) from hosts) as share_percent
from hosts
group by name
order by hosts desc, name
