-- mart_night_figures: the figures of each host's day, as rankings of many days want them.
--
-- grain:   one row per (day, host, supports)
-- inputs:  int_new_figures
-- params:  day
select
    day,
    ip_text(host_hi, host_lo) as host,
    supports,
    slots::integer as slots,
    hours::integer as hours,
    strong_hours::integer as strong_hours,
    hour_bits,
    sessions,
    duration_ms,
    strong_ms,
    host_hi,
    host_lo
from int_new_figures
where day = getvariable('day')
order by host_hi, host_lo, supports
