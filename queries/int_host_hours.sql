-- int_host_hours: in which hours of which day a host was in contact, over all its endpoints.
--
-- grain:   one row per (host, day)
-- inputs:  int_counted
-- params:  none
with

slots as (
    select host_hi, host_lo, day, tier, unnest(active_slots) as slot
    from int_counted
)

select
    host_hi, host_lo, day,
    count(distinct slot) as slots,
    count(distinct slot // 12) as hours,
    count(distinct slot // 12) filter (where tier = 'strong') as strong_hours,
    list(distinct slot // 12) as hours_of_day
from slots
group by all
