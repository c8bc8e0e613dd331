-- int_region_contacts: the counted contacts of the hosts of one region.
--
-- grain:   one row per (day, host, pool address, pool port, protocol)
-- inputs:  int_week_contacts
-- params:  region_city, region_county
select *
from int_week_contacts
where (getvariable('region_city') = '' or city = getvariable('region_city'))
    and (getvariable('region_county') = '' or county = getvariable('region_county'))
