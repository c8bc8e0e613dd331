-- int_traffic: packets and bytes of each contact, counted once though several exporters saw them.
--
-- grain:   one row per host, pool endpoint and protocol
-- inputs:  int_observations
-- params:  day_start_ms
-- notes:   the rule: for each host, endpoint, direction and hour the exporter
--          that reports the most packets (scaled) counts, the others are set
--          aside; of equal ones the most bytes decide, then the name. Never a sum over exporters.
with

by_exporter as (
    select
        host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, is_up,
        (ended_ms - getvariable('day_start_ms')) // 3600000 as hour,
        exporter,
        sum(packets) as packets,
        sum(bytes) as bytes,
        count(*) as records
    from int_observations
    where in_day
    group by all
),

counted as (
    select
        *,
        row_number() over (
            partition by host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, is_up, hour
            order by packets desc, bytes desc, exporter
        ) = 1 as is_counted
    from by_exporter
)

select
    host_hi, host_lo, pool_hi, pool_lo, pool_port, proto,
    to_bigint(coalesce(sum(packets) filter (where is_counted and is_up), 0)) as packets_up,
    to_bigint(coalesce(sum(packets) filter (where is_counted and not is_up), 0)) as packets_down,
    to_bigint(coalesce(sum(bytes) filter (where is_counted and is_up), 0)) as bytes_up,
    to_bigint(coalesce(sum(bytes) filter (where is_counted and not is_up), 0)) as bytes_down,
    to_bigint(coalesce(sum(records) filter (where not is_counted), 0)) as records_set_aside
from counted
group by all
