-- mart_sectors: A and B hosts by the sector of their owner.
--
-- grain:   one row per sector; '' = no owner known
-- inputs:  int_region_suspects
-- params:  none
select
    sector as name,
    count(*)::integer as hosts,
    100.0 * count(*) / sum(count(*)) over () as share_percent
from int_region_suspects
where grade in ('A', 'B')
group by sector
order by hosts desc, name
