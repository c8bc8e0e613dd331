-- view_coverage: what each exporter sent in each hour of all nights.
--
-- grain:   one row per (day, exporter, hour)
-- inputs:  raw_coverage
-- params:  none
select * from raw_coverage
