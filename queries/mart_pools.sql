-- mart_pools: the pools that A and B hosts met.
--
-- grain:   one row per pool; '' = the feed names none
-- inputs:  int_region_contacts
-- params:  none
select
    coalesce(pool, '') as pool,
    coalesce(string_agg(distinct coin, ',' order by coin) filter (where coin <> '' and match = 'port'), '') as coins,
    count(distinct (pool_address, pool_port))::integer as endpoints,
    count(distinct host)::integer as hosts,
    sum(hours)::bigint as hours,
    to_bigint(sum(bytes_up + bytes_down)) as bytes
from int_region_contacts
where grade in ('A', 'B')
group by 1
order by hosts desc, hours desc, 1
