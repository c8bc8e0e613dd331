-- raw_internal: the prefixes that the configuration calls internal.
--
-- grain:   one row per prefix
-- inputs:  none
-- params:  none
-- notes:   empty where the configuration names none: then the host is the
--          side that is not the pool.
select
    null::bigint as first_hi,  -- first address of the prefix, bits 127-64; 0 for IPv4
    null::bigint as first_lo,  -- first address of the prefix, bits 63-0; IPv4 is ::ffff:a.b.c.d
    null::bigint as last_hi,   -- last address of the prefix, bits 127-64; a single address is first and last
    null::bigint as last_lo    -- last address of the prefix, bits 63-0
where false
