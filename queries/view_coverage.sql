-- view_coverage: what each exporter sent in each hour of all nights, and what became of it.
--
-- grain:   one row per (day, exporter, hour) with flows or a receipt
-- inputs:  raw_coverage
-- params:  none
select * from raw_coverage
