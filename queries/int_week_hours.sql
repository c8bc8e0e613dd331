-- int_week_hours: how many A and B hosts of each region were in contact in each hour.
--
-- grain:   one row per (city, county, day, hour) with contact
-- inputs:  int_day_figures, mart_suspects
-- params:  none
-- notes:   hour counts from midnight of site.zone. A host is of one region, so
--          that the regions add up.
with

active as (
    select host_hi, host_lo, day, unnest(list_filter(range(28), lambda hour: (hour_bits >> hour) & 1 = 1)) as hour
    from int_day_figures
    where supports -- as an A or B host is judged by these
)

select
    suspect.city,
    suspect.county,
    active.day,
    active.hour::integer as hour,
    count(*)::integer as hosts
from active
join mart_suspects as suspect on suspect.host_lo = active.host_lo and suspect.host_hi = active.host_hi
where suspect.grade in ('A', 'B')
group by all
