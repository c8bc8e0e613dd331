-- mart_coverage: what each exporter sent in each hour of the day: what a night rests on.
--
-- grain:   one row per (day, exporter, hour)
-- inputs:  raw_flows
-- params:  day, day_start_ms, day_end_ms, reach_ms
-- notes:   hour 0 begins at the day's midnight; by the time of receipt. A flow
--          whose end lies further than the reach from its receipt belongs to
--          a day that no night looks for it in; it is counted here.
--          sFlow has no flow times, so none of its clocks was replaced.
select
    getvariable('day') as day,
    exporter,
    ((epoch_ms(received_at) - getvariable('day_start_ms')) // 3600000)::integer as hour,
    count(*) as flows,
    max(sampling_rate)::integer as sampling_rate,
    count(*) filter (where sampling_rate = 0)::bigint as flows_rate_unknown,
    count(*) filter (where time_source = 'received' and format <> 'sflow')::bigint as flows_clock_replaced,
    count(*) filter (where abs(epoch_ms(received_at) - epoch_ms(ended_at)) > getvariable('reach_ms')) as flows_out_of_reach
from raw_flows
where received_at >= make_timestamptz(getvariable('day_start_ms') * 1000)
    and received_at < make_timestamptz(getvariable('day_end_ms') * 1000)
group by all
order by exporter, hour
