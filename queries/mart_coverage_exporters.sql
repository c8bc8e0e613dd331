-- mart_coverage_exporters: what of each exporter's day of the window the lake has, and how long it was silent.
--
-- grain:   one row per (day with a night, exporter that sent on it or on one of the six days before), and one for what has no known sender
-- inputs:  int_exporter_days
-- params:  window_from, window_to
-- notes:   the days before the window tell which exporters are expected in it.
select *
from int_exporter_days
where day >= getvariable('window_from') and day <= getvariable('window_to')
order by day, exporter
