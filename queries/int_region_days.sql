-- int_region_days: what each day found in each region.
--
-- grain:   one row per (region, day with a counted contact)
-- inputs:  int_week_contacts, int_region_slots
-- params:  only_region
with

hosts as (
    select city, county, day, host, grade, sum(records) as records
    from int_week_contacts
    group by all
),

places as (
    select unnest(regions_of(city, county, getvariable('only_region'))) as region, day, grade, records
    from hosts
),

found as (
    select
        region,
        day,
        (count(*) filter (where grade = 'A'))::integer as hosts_a,
        (count(*) filter (where grade = 'B'))::integer as hosts_b,
        (count(*) filter (where grade = 'C'))::integer as hosts_c,
        sum(records)::bigint as records
    from places
    group by region, day
),

traffic as (
    select region, day, sum(millibytes) as millibytes
    from int_region_slots
    group by region, day
)

select found.*, coalesce(traffic.millibytes, 0) as millibytes
from found
left join traffic using (region, day)
