-- int_region_slots: traffic of the A and B hosts of each region with pools, in 5-minute bins.
--
-- grain:   one row per (region, day, slot) with traffic
-- inputs:  int_week_slots
-- params:  only_region
with

places as (
    select unnest(regions_of(city, county, getvariable('only_region'))) as region, day, slot, millibytes
    from int_week_slots
)

select region, day, slot, sum(millibytes) as millibytes
from places
group by all
