-- mart_sectors: A and B hosts by the sector of their owner.
--
-- grain:   one row per sector; '' = no owner known
-- inputs:  mart_suspects
-- params:  none
select
    sector as name,
    count(*)::integer as hosts,
    100.0 * count(*) / sum(count(*)) over () as share_percent
from mart_suspects
where grade in ('A', 'B')
group by sector
order by hosts desc, name
