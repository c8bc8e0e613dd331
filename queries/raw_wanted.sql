-- raw_wanted: whom the big scan looks for: listed addresses, and those of listed prefixes that the day's flows have.
--
-- grain:   one row per address
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows. Package analyze/wanted fills it: with
--          int_pool_addresses as they are, or, of a large feed or one with
--          prefixes, with what a look through the lower halves of the day's
--          addresses found. A few that no flow has may be among them; none
--          that a flow has is missing.
select
    null::bigint as hi,  -- upper half of the address, bits 127-64; 0 for IPv4
    null::bigint as lo   -- lower half, bits 63-0; IPv4 is ::ffff:a.b.c.d
where false
