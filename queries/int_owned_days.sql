-- int_owned_days: the days of each host, by the unit that owned it on them.
--
-- grain:   one row per (host, unit)
-- inputs:  stg_host_days
-- params:  none
-- notes:   the one pass over all nights' suspects that a history takes. Days are
--          lists in order: of a quarter there are a hundred times as many days as
--          hosts. place is of the last suspected day; it and suspected_on are null
--          without one.
select
    host_hi,
    host_lo,
    unit,
    any_value(host) as host,
    list_sort(list(day) filter (is_suspect)) as suspected_on,
    coalesce(list_sort(list(day) filter (not is_suspect and not is_excluded)), []) as clues_on,
    coalesce(list_sort(list(day) filter (is_excluded)), []) as excluded_on,
    max(day) filter (is_suspect and grade = 'A') as last_a,
    arg_max(sector, day) filter (is_suspect) as sector,
    arg_max(city, day) filter (is_suspect) as city,
    arg_max(county, day) filter (is_suspect) as county
from stg_host_days
group by host_hi, host_lo, unit
