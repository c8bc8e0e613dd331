-- stg_flows: flow records with times as numbers and counters scaled to the wire.
--
-- grain:   one row per flow record received around the day
-- inputs:  raw_flows
-- params:  read_from_ms, read_to_ms
-- notes:   received_at bounds the scan; the same bounds chose the hour
--          folders. Scaled figures are estimates where sampling_rate > 1.
select
    received_at,
    epoch_ms(started_at) as started_ms,
    epoch_ms(greatest(started_at, ended_at)) as ended_ms,
    src_hi,
    src_lo,
    dst_hi,
    dst_lo,
    src_port,
    dst_port,
    proto,
    tcp_flags,
    bytes,
    packets,
    greatest(sampling_rate, 1) as scale,
    exporter
from raw_flows
where received_at >= make_timestamptz(getvariable('read_from_ms') * 1000)
    and received_at < make_timestamptz(getvariable('read_to_ms') * 1000)
