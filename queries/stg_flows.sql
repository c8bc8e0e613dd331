-- stg_flows: the columns of a flow record that the analysis needs.
--
-- grain:   one row per flow record received around the day
-- inputs:  raw_flows
-- params:  none
-- notes:   nothing is computed here: whatever is computed for every record of
--          a day costs more than the match itself.
select
    started_at,
    ended_at,
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
    sampling_rate,
    exporter
from raw_flows
