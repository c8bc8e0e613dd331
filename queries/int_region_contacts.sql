-- int_region_contacts: what the suspects of each region met, over the whole window.
--
-- grain:   one row per (region, host, pool address, pool port, pool, coin, match)
-- inputs:  int_week_contacts
-- params:  only_region
with

met as (
    select
        city, county, host, unit, grade, pool, coin, match, pool_address, pool_port,
        sum(hours) as hours,
        sum(up_and_down(bytes_up, bytes_down)) as bytes
    from int_week_contacts
    group by all
)

select unnest(regions_of(city, county, getvariable('only_region'))) as region, * exclude (city, county)
from met
order by region
