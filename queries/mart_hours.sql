-- mart_hours: in which hours of which day the suspects of one region were in contact.
--
-- grain:   one row per (day of the window, hour)
-- inputs:  int_week_hours, int_flow_hours
-- params:  window_from, window_to, region_city, region_county
-- notes:   hour counts from midnight of site.zone: 24 is the last one of a day
--          on which clocks go back. hosts is null where neither a contact nor a
--          flow is there: nothing is known of the hour.
with

found as (
    select day, hour, sum(hosts) as hosts
    from int_week_hours
    where (getvariable('region_city') = '' or city = getvariable('region_city'))
        and (getvariable('region_county') = '' or county = getvariable('region_county'))
    group by day, hour
),

cells as (
    select day, hour
    from (select unnest(generate_series(getvariable('window_from'), getvariable('window_to'), interval 1 day))::date as day)
    cross join (select unnest(range(24))::integer as hour)
    union
    select day, hour from int_flow_hours
    union
    select day, hour from found
)

select
    cells.day,
    cells.hour,
    case when flows.day is not null then coalesce(found.hosts, 0) else found.hosts end::integer as hosts
from cells
left join found using (day, hour)
left join int_flow_hours as flows on flows.day = cells.day and flows.hour = cells.hour
order by cells.day, cells.hour
