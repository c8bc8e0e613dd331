-- int_region_hosts: who is suspected in each region.
--
-- grain:   one row per (region, host)
-- inputs:  int_host_grades
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
    contact_days::integer as contact_days,
    contact_hours::integer as contact_hours,
    first_seen,
    last_seen,
    bytes_up,
    bytes_down
from int_host_grades
order by region
