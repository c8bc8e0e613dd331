-- raw_known: the shape of what a night knew: the endpoints of the feed that it was matched with.
--
-- grain:   one row per endpoint, window and standing
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows; what int_feed_windows
--          makes of the versions that the manifest of a night names.
select
    null::bigint as first_hi,         -- first address of the range, bits 127-64; 0 for IPv4
    null::bigint as first_lo,         -- first address of the range, bits 63-0; IPv4 is ::ffff:a.b.c.d
    null::bigint as last_hi,          -- last address of the range, bits 127-64; a single address is first and last
    null::bigint as last_lo,          -- last address of the range, bits 63-0
    null::integer as port,            -- port of the endpoint; 0 = any
    null::integer as proto,           -- IANA protocol number; 0 = any
    null::bigint as valid_from_ms,    -- ms since 1970-01-01 UTC, begin of the window in which flows are matched
    null::bigint as valid_until_ms,   -- ms since 1970-01-01 UTC, end of that window, the time to live applied
    null::integer as confidence,      -- 0 to 100: how well the feed vouches for the entry
    null::boolean as is_dedicated     -- true: nobody else uses the address
where false
