-- raw_week_meetings: the shape of what hosts met in the seven days up to a night's, week_meetings/day=*/.
--
-- grain:   one row per (host, pool address, pool port, protocol, tier, pool, coin, match)
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows; what mart_night_week_meetings
--          writes. A night grades by these days, and what it summed for that is kept
--          for rankings of many weeks. Those take it, with raw_week_figures, in place of
--          the contacts of the seven days.
select
    null::date as day,                   -- the night's, the last of the seven
    null::varchar as host,               -- internal address, as text
    null::integer as pool_port,          -- port of the listed endpoint that was met
    null::smallint as proto,             -- IANA protocol number: 6 TCP, 17 UDP
    null::varchar as tier,               -- what the contacts can support: strong, medium, clue, or why they support nothing
    null::varchar as pool,               -- pool, as in contacts
    null::varchar as coin,               -- code of the coin, as in contacts
    null::varchar as match,              -- how the endpoint agrees with the feed entry, as in contacts
    null::boolean as supports,           -- true: of a tier that supports a grade
    null::date as first_day,             -- first day with a contact of this row
    null::date as last_day,              -- last one
    null::timestamptz as first_seen,     -- UTC, begin of the first flow
    null::timestamptz as last_seen,      -- UTC, end of the last flow
    null::integer as days,               -- days with contact
    null::integer as hours,              -- hours with contact, summed over the days
    null::integer as slots,              -- 5-minute slots with contact, summed over the days
    null::bigint as packets_up,          -- packets from host to pool, times the sampling rate: an estimate
    null::bigint as packets_down,        -- packets from pool to host, likewise
    null::bigint as bytes_up,            -- bytes from host to pool, likewise
    null::bigint as bytes_down,          -- bytes from pool to host, likewise
    null::integer as max_concurrent,     -- the most of a day: a lower bound of the connections
    null::integer as min_sampling_rate,  -- 1 in N, the lowest of the days
    null::integer as max_sampling_rate,  -- 1 in N, the highest of the days
    null::integer as confidence,         -- 0 to 100, the highest of the days
    null::integer as endpoints_1h,       -- listed endpoints that the host met within any hour, the most of a day
    null::boolean as is_malware,         -- true: on each day the feed had the endpoint from a malware report
    null::boolean as is_nat,             -- true: on a day the ledger had the host as a gateway
    null::struct(duration_seconds double, slots integer, confidence integer, pool_hi bigint, pool_lo bigint, pool_port integer, "day" date, outside double, match varchar) as longest,    -- the contact that lasted longest; NULL where the tier is strong
    null::struct(duration_seconds double, slots integer, pool_hi bigint, pool_lo bigint, pool_port integer, "day" date, what varchar, marked_by varchar) as negative,    -- the same of those that a negative list explains
    null::bigint as host_hi,             -- host as stored, bits 127-64; 0 for IPv4
    null::bigint as host_lo,             -- host as stored, bits 63-0; IPv4 is ::ffff:a.b.c.d
    null::bigint as pool_hi,             -- pool address as stored, bits 127-64; 0 for IPv4
    null::bigint as pool_lo              -- pool address as stored, bits 63-0; IPv4 is ::ffff:a.b.c.d
where false
