-- int_region_hosts: who is suspected in each region.
--
-- grain:   one row per (region, host)
-- inputs:  mart_suspects
-- params:  only_region
-- notes:   regions are '' for everything, CITY and CITY/COUNTY: a host is in up to
--          three. They are computed all at once; a report reads its own rows, and
--          one alone has only everything and only_region built (null = all).
select
    unnest(regions_of(city, county, getvariable('only_region'))) as region,
    host,
    grade,
    unit,
    sector,
    city,
    county,
    contact,
    contact_days,
    contact_hours,
    first_seen,
    last_seen,
    bytes_up,
    bytes_down
from mart_suspects
order by region
