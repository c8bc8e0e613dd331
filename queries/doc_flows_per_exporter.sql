-- doc_flows_per_exporter: an example: what each exporter delivered a day, and from how many hours.
--
-- grain:   one row per (day, exporter)
-- inputs:  view_coverage
-- params:  none
select
    day,
    exporter,
    sum(flows) as flows,
    count(*) as hours,
    max(sampling_rate) as sampling_rate
from view_coverage
where flows > 0
group by day, exporter
order by day, exporter
