-- mart_places: the places of one region for an overview: the cities of everything, or the counties of a city.
--
-- grain:   one row per city or county whose code the ledger knows, also of those without suspects
-- inputs:  int_place_codes, mart_regions
-- params:  region_city, region_county
-- notes:   in the order of their codes. A county has no places below it.
select
    codes.admin_code,
    codes.city,
    codes.county,
    coalesce(regions.hosts_a, 0) as hosts_a,
    coalesce(regions.hosts_b, 0) as hosts_b
from int_place_codes as codes
left join mart_regions as regions on regions.city = codes.city and regions.county is not distinct from codes.county
where getvariable('region_county') = ''
    and case when getvariable('region_city') = '' then codes.county is null
        else codes.city = getvariable('region_city') and codes.county is not null end
order by codes.admin_code, codes.city, codes.county
