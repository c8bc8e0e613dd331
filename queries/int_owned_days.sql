-- int_owned_days: the days of each host, by the unit that owned it on them.
--
-- grain:   one row per (host, unit)
-- inputs:  int_past
-- params:  none
-- notes:   days are lists in order. place is of the last suspected day; it and
--          suspected_on are null without one.
select
    host_hi,
    host_lo,
    unit,
    any_value(host) as host,
    list_sort(flatten(list(days) filter (state = 'suspected'))) as suspected_on,
    coalesce(list_sort(flatten(list(days) filter (state = 'clues'))), []) as clues_on,
    coalesce(list_sort(flatten(list(days) filter (state = 'excluded'))), []) as excluded_on,
    max(days[-1]) filter (grade = 'A') as last_a,
    arg_max(sector, days[-1]) filter (state = 'suspected') as sector,
    arg_max(city, days[-1]) filter (state = 'suspected') as city,
    arg_max(county, days[-1]) filter (state = 'suspected') as county
from int_past
group by host_hi, host_lo, unit
