-- int_new_figures: the figures of each host's day, of the days for which none are written.
--
-- grain:   one row per (day, host, supports)
-- inputs:  int_host_hours, int_host_sessions
-- params:  none
select *
from int_host_hours
join int_host_sessions using (host_hi, host_lo, day, supports)
