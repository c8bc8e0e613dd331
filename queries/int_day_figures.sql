-- int_day_figures: the figures of each host's day, of the ranked days that are read day by day.
--
-- grain:   one row per (host, day, supports)
-- inputs:  raw_figures, int_new_figures
-- params:  window_from, window_to
-- notes:   those that nights have written, and the others.
select host_hi, host_lo, day, supports, slots, hours, strong_hours, hour_bits, sessions, duration_ms, strong_ms
from raw_figures
where day >= getvariable('window_from') and day <= getvariable('window_to')
union all
select host_hi, host_lo, day, supports, slots, hours, strong_hours, hour_bits, sessions, duration_ms, strong_ms
from int_new_figures
