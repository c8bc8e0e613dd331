-- view_flows: the analysts' view of the flow records, with addresses as text.
--
-- grain:   one row per flow record
-- inputs:  raw_flows
-- params:  none
-- notes:   filter on src_lo = ip_lo('…') or in_prefix(src_hi, src_lo, '…')
--          rather than on the text, and on received_at: all three skip what
--          cannot match.
select
    received_at,
    started_at,
    ended_at,
    ip_text(src_hi, src_lo) as src,  -- source address, as text
    src_port,
    ip_text(dst_hi, dst_lo) as dst,  -- destination address, as text
    dst_port,
    proto,
    tcp_flags,
    bytes,
    packets,
    sampling_rate,
    exporter,
    * exclude (
        received_at, started_at, ended_at, src_port, dst_port, proto, tcp_flags, bytes, packets, sampling_rate, exporter)
from raw_flows
