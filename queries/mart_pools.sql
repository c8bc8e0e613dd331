-- mart_pools: the pools that A and B hosts of each region met.
--
-- grain:   one row per (region, pool); pool '' = the feed names none
-- inputs:  int_region_contacts
-- params:  none
select
    region,
    coalesce(pool, '') as pool,
    coalesce(string_agg(distinct coin, ',' order by coin) filter (where coin <> '' and match = 'port'), '') as coins,
    count(distinct (pool_address, pool_port))::integer as endpoints,
    count(distinct host)::integer as hosts,
    sum(hours)::bigint as hours,
    to_bigint(sum(bytes)) as bytes
from int_region_contacts
where grade in ('A', 'B')
group by 1, 2
order by 1, hosts desc, hours desc, 2
