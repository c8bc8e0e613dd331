-- mart_night_past: what the nights up to this one said of each host, for later histories to begin with.
--
-- grain:   one row per (host, unit, state, grade, exporters)
-- inputs:  int_past
-- params:  none
-- notes:   of one host no two rows have a day in common, so that the order is whole.
select
    any_value(host) as host,
    state,
    grade,
    exporters,
    unit,
    arg_max(sector, days[-1]) as sector,
    arg_max(city, days[-1]) as city,
    arg_max(county, days[-1]) as county,
    list_sort(flatten(list(days))) as days,
    host_hi,
    host_lo
from int_past
group by host_hi, host_lo, unit, state, grade, exporters
order by host_hi, host_lo, days
