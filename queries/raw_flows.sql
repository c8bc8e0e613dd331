-- raw_flows: the shape of the lake's flow files, as the analysis reads them.
--
-- grain:   one row per flow record
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows. The engine puts the Parquet files of
--          flows/date=*/hour=* behind this name; where there are none, this
--          empty relation stands in. A contract test holds it against the
--          writer's schema.
select
    null::timestamptz as received_at,  -- µs, UTC; when the datagram arrived, or the log's own time
    null::timestamptz as started_at,   -- ms, UTC; first packet of the flow; see time_source
    null::timestamptz as ended_at,     -- ms, UTC; last packet of the flow; see time_source
    null::bigint as src_hi,            -- upper half; source address, bits 127-64; 0 for IPv4
    null::bigint as src_lo,            -- lower half; source address, bits 63-0; IPv4 is ::ffff:a.b.c.d
    null::bigint as dst_hi,            -- upper half; destination address, bits 127-64
    null::bigint as dst_lo,            -- lower half; destination address, bits 63-0
    null::integer as src_port,         -- transport source port (IE 7), 0 where there is none
    null::integer as dst_port,         -- transport destination port (IE 11), 0 where there is none
    null::smallint as proto,           -- IANA protocol number (IE 4)
    null::smallint as tcp_flags,       -- OR of the TCP flags of the flow (IE 6)
    null::bigint as bytes,             -- bytes; as exported, before sampling correction (IE 1, 23, 85); the frame for sFlow
    null::bigint as packets,           -- packets; as exported, before sampling correction (IE 2, 24, 86)
    null::integer as sampling_rate,    -- 1 in N; 1 = every packet, N = one in N, 0 = unknown
    null::varchar as exporter,         -- address of the exporting router
    null::bigint as "domain",          -- observation domain (IPFIX), source ID (v9), engine (v5), sub-agent (sFlow)
    null::bigint as in_if,             -- SNMP index of the input interface (IE 10), 0 = not exported
    null::bigint as out_if,            -- SNMP index of the output interface (IE 14), 0 = not exported
    null::bigint as src_as,            -- source autonomous system (IE 16), 0 = not exported
    null::bigint as dst_as,            -- destination autonomous system (IE 17), 0 = not exported
    null::smallint as end_reason,      -- why the flow ended (IE 136)
    null::smallint as direction,       -- 0 ingress, 1 egress (IE 61)
    null::smallint as boundary,        -- how the flow passed the boundary interfaces configured for its exporter: 0 not, 1 in, 2 out, 3 both; null = none are configured
    null::bigint as nat_src_hi,        -- post-NAT source address, bits 127-64 (IE 225, 281)
    null::bigint as nat_src_lo,        -- post-NAT source address, bits 63-0
    null::integer as nat_src_port,     -- post-NAPT source port (IE 227)
    null::varchar as format,           -- netflow5, netflow9, ipfix, sflow; of an imported log nfdump, goflow2, zeek, vpc, eve, csv
    null::varchar as time_source       -- exporter, or received: no usable exporter clock
where false
