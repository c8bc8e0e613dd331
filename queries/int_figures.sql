-- int_figures: the figures of each host's day that the host is judged by.
--
-- grain:   one row per (host, day)
-- inputs:  raw_figures, int_new_figures
-- params:  window_from, window_to
-- notes:   those that nights have written, and the others. As in stg_counted,
--          a host that has contacts which support a grade is judged by these alone.
with

figures as (
    select host_hi, host_lo, day, supports, slots, hours, strong_hours, hour_bits, sessions, duration_ms, strong_ms
    from raw_figures
    where day >= getvariable('window_from') and day <= getvariable('window_to')
    union all
    select host_hi, host_lo, day, supports, slots, hours, strong_hours, hour_bits, sessions, duration_ms, strong_ms
    from int_new_figures
),

supported as (
    select distinct host_hi, host_lo
    from figures
    where supports
)

select figures.*
from figures
where supports
    or not exists (select 1 from supported where supported.host_lo = figures.host_lo and supported.host_hi = figures.host_hi)
