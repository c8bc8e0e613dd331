-- mart_sectors: A and B hosts of each region by the sector of their owner.
--
-- grain:   one row per (region, sector); sector '' = no owner known
-- inputs:  int_region_hosts
-- params:  none
select
    region,
    sector as name,
    count(*)::integer as hosts,
    100.0 * count(*) / sum(count(*)) over (partition by region) as share_percent
from int_region_hosts
where grade in ('A', 'B')
group by region, sector
order by region, hosts desc, name
