-- int_region_suspects: the ranking of one region.
--
-- grain:   one row per host
-- inputs:  mart_suspects
-- params:  region_city, region_county
-- notes:   '' = everywhere. A host belongs to the region of its last owner in the
--          window, so that the regions add up to the whole. Its grade rests on
--          all its contacts; only the ranks are of the region.
select
    * exclude (rank),
    row_number() over (order by rank)::integer as rank
from mart_suspects
where (getvariable('region_city') = '' or city = getvariable('region_city'))
    and (getvariable('region_county') = '' or county = getvariable('region_county'))
order by rank
