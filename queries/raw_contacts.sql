-- raw_contacts: the shape of the nightly contacts, contacts/day=*/.
--
-- grain:   one row per (day, host, pool address, pool port, protocol)
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows; what mart_contacts writes.
select
    null::date as day,                            -- day of site.zone in which the flows were under way
    null::varchar as host,                        -- internal address, as text
    null::varchar as pool_address,                -- address of the listed endpoint that was met, as text
    null::integer as pool_port,                   -- port of the listed endpoint that was met
    null::smallint as proto,                      -- IANA protocol number: 6 TCP, 17 UDP
    null::varchar as pool,                        -- pool, as the feed entry says; NULL = unknown, or the entry names another port or none
    null::varchar as coin,                        -- code of the coin, as the feed entry says; NULL = unknown, or the entry names another port or none
    null::varchar as "domain",                    -- name of the endpoint, as the feed entry says; NULL = unknown
    null::varchar as role,                        -- stratum, proxy, web, p2p or unknown, as the feed entry says
    null::varchar as match,                       -- port: address, port and protocol agree; address: the entry has no port; other_port: the address is listed with other ports
    null::double as days_outside,                 -- days by which the nearest flow missed the window of the entry; 0 = inside
    null::integer as confidence,                  -- 0 to 100: how well the feed vouches for the entry
    null::varchar as evidence,                    -- why the feed lists the endpoint: probe_up, dns and others of docs/feeds.md
    null::varchar as shared,                      -- who else uses the address, as feed and negative lists say: none, cdn, vpn or hosting
    null::varchar as explained,                   -- what the address is instead of a pool: sinkhole, resolver or false_positive by a negative list, own = in the watched network itself; NULL = nothing
    null::varchar as marked_by,                   -- who made the endpoint shared or explained: version of the negative list or of the ledger, or site.internal; NULL = nobody did
    null::varchar as feed_source,                 -- who stated the feed entry
    null::varchar as feed_version,                -- version of the feed that the entry is from, name@hash
    null::varchar as entry_id,                    -- feed entry that explains the contact best; the same in every version of the feed
    null::integer as feeds,                       -- feeds whose entries explain the flows, each flow by one entry
    null::boolean as established,                 -- true: more than a handshake or a refusal went both ways, or acknowledged data where one way was seen, or, sampled, an ACK of the host that was not refused
    null::boolean as both_ways,                   -- true: flows to the pool and flows from it were seen
    null::integer as sessions,                    -- sessions: records stitched while the silence stays within session_gap_seconds; sampled_gap_seconds for a TCP connection seen in samples
    null::double as duration_seconds,             -- s, sum of the sessions, cut to the day; a lower bound under sampling
    null::double as longest_session_seconds,      -- s, longest of the sessions, cut to the day
    null::integer as slots,                       -- 5-minute slots of the day in which a flow was under way
    null::integer as hours,                       -- hours of the day in which a flow was under way
    null::timestamptz as first_seen,              -- UTC, begin of the first flow, not before the day
    null::timestamptz as last_seen,               -- UTC, end of the last flow, not after the day
    null::bigint as records,                      -- flow records, of all exporters and both directions, that were under way on the day
    null::bigint as packets_up,                   -- packets from host to pool, times the sampling rate: an estimate; of flows that ended on the day, counted by one exporter an hour
    null::bigint as packets_down,                 -- packets from pool to host, counted as packets_up
    null::bigint as bytes_up,                     -- bytes from host to pool, counted as packets_up
    null::bigint as bytes_down,                   -- bytes from pool to host, counted as packets_up
    null::bigint as records_set_aside,            -- flow records whose packets and bytes were not added, as another exporter saw more of that hour
    null::integer as max_concurrent,              -- local ports with a session open at the same time: a lower bound of the connections
    null::integer as sampling_rate,               -- 1 in N, the highest of the flows; 1 = every packet, or unknown
    null::varchar as exporters,                   -- addresses of the exporters that saw it, separated by commas
    null::varchar as host_ports,                  -- local ports of the host, the eight lowest, separated by commas; 0 is none
    null::integer as n_host_ports,                -- distinct local ports of the host
    null::integer as host_endpoints_1h,           -- listed endpoints that the host met within any hour of the day, answered or not; the same in all its contacts
    null::double as host_median_session_seconds,  -- s, median session of the host on the day, over all listed endpoints
    null::double as host_median_session_packets,  -- packets, median session of the host on the day, both ways, times the sampling rate
    null::varchar as unit,                        -- unit that owns the address according to the ledger; NULL = nobody does
    null::varchar as sector,                      -- kind of the unit, as the ledger says; NULL = unknown
    null::varchar as city,                        -- city of the unit, as the ledger says; NULL = unknown
    null::varchar as county,                      -- county of the unit, as the ledger says; NULL = unknown
    null::varchar as contact,                     -- whom to call, person and phone of the ledger; NULL = unknown
    null::boolean as nat,                         -- true: a gateway with several devices behind it, as the ledger says
    null::varchar as ledger_version,              -- version of the ledger that names the owner, name@hash; NULL = no owner
    null::varchar as excluded_reason,             -- reason of the registered exclusion that covers the host on the day; NULL = none does
    null::varchar as excluded_by,                 -- who approved the exclusion
    null::timestamp as excluded_until,            -- last second of the exclusion, in the calendar of the site, without a zone
    null::bigint as host_hi,                      -- host as stored, bits 127-64; 0 for IPv4
    null::bigint as host_lo,                      -- host as stored, bits 63-0; IPv4 is ::ffff:a.b.c.d
    null::bigint as pool_hi,                      -- pool address as stored, bits 127-64; 0 for IPv4
    null::bigint as pool_lo,                      -- pool address as stored, bits 63-0; IPv4 is ::ffff:a.b.c.d
    null::integer[] as active_slots,              -- the 5-minute slots by number, ascending; 0 begins at midnight of site.zone
    null::bigint[] as session_starts_ms,          -- ms since 1970-01-01 UTC, begins of the sessions, ascending, cut to the day
    null::bigint[] as session_ends_ms             -- ms since 1970-01-01 UTC, ends of the sessions, in the order of session_starts_ms
where false
