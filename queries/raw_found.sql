-- raw_found: the flow records with a listed address on one side, as the scan of the day's files found them.
--
-- grain:   one row per flow record and listed side
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows. Package analyze/flowscan fills it from
--          the flow files: it compares both halves of the addresses with those
--          of int_pool_addresses and int_pool_ranges. A record between two
--          listed addresses appears once for each side. Records of flows that
--          were under way before or after the day may be among them.
select
    null::boolean as is_up,          -- the destination is listed; else it is the source
    null::bigint as started_ms,      -- ms since 1970, UTC; first packet of the flow
    null::bigint as ended_ms,        -- ms since 1970, UTC; last packet of the flow, as exported
    null::bigint as src_hi,          -- upper half; source address, bits 127-64; 0 for IPv4
    null::bigint as src_lo,          -- lower half; source address, bits 63-0; IPv4 is ::ffff:a.b.c.d
    null::bigint as dst_hi,          -- upper half; destination address, bits 127-64
    null::bigint as dst_lo,          -- lower half; destination address, bits 63-0
    null::bigint as src_port,        -- transport source port (IE 7), 0 where there is none
    null::bigint as dst_port,        -- transport destination port (IE 11), 0 where there is none
    null::bigint as proto,           -- IANA protocol number (IE 4)
    null::bigint as tcp_flags,       -- OR of the TCP flags of the flow (IE 6)
    null::bigint as bytes,           -- bytes; as exported, before sampling correction
    null::bigint as packets,         -- packets; as exported, before sampling correction
    null::bigint as sampling_rate,   -- 1 in N; 1 = every packet, N = one in N, 0 = unknown
    null::varchar as exporter        -- address of the exporting router
where false
