-- mart_region_ranks: the places of cities and counties with suspects, and those that they had the week before.
--
-- grain:   one row per city, and one per (city, county), with suspects
-- inputs:  mart_regions, raw_last_regions
-- params:  region_city, region_county
-- notes:   equal figures have equal ranks, so that no name moves by its spelling.
--          Ranks are of the region, cities among cities and counties among
--          counties. last_rank is null where there was no suspect, or no night.
with

now as (
    select
        city,
        county,
        rank() over (partition by county is null order by hosts_a + hosts_b desc, hosts_a desc) as rank
    from mart_regions
    where city <> '' and county is distinct from '' and hosts_a + hosts_b > 0
),

before as (
    select
        city,
        county,
        rank() over (partition by county is null order by hosts_a + hosts_b desc, hosts_a desc) as rank
    from raw_last_regions
    where city <> '' and county is distinct from '' and hosts_a + hosts_b > 0
        and (getvariable('region_city') = '' or city = getvariable('region_city'))
        and (getvariable('region_county') = '' or county is null or county = getvariable('region_county'))
)

select
    now.city,
    now.county,
    now.rank::integer as rank,
    before.rank::integer as last_rank
from now
left join before on before.city = now.city and before.county is not distinct from now.county
