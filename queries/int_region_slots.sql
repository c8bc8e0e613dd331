-- int_region_slots: traffic of the A and B hosts of one region with pools, in 5-minute bins.
--
-- grain:   one row per (day, slot) with traffic
-- inputs:  int_week_slots
-- params:  region_city, region_county
select day, slot, sum(millibytes) as millibytes
from int_week_slots
where (getvariable('region_city') = '' or city = getvariable('region_city'))
    and (getvariable('region_county') = '' or county = getvariable('region_county'))
group by all
