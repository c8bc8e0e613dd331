-- int_flow_hours: the hours of the window of which the lake has any flow.
--
-- grain:   one row per (day, hour)
-- inputs:  raw_coverage
-- params:  window_from, window_to
select distinct day, hour
from raw_coverage
where day >= getvariable('window_from') and day <= getvariable('window_to') and flows > 0
