-- raw_figures: the shape of the nightly figures of each host's day, figures/day=*/.
--
-- grain:   one row per (day, host, supports)
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows; what mart_night_figures
--          writes. They follow from the contacts of the day and the rules of
--          the night; where either has changed since, rankings gather them
--          anew from the contacts.
select
    null::date as day,              -- day of site.zone in which the flows were under way
    null::varchar as host,          -- internal address, as text
    null::boolean as supports,      -- true: of the contacts that support a grade; false: of the others, which count for a host that has no such contact
    null::integer as slots,         -- 5-minute slots of the day with contact, over all endpoints, none counted twice
    null::integer as hours,         -- hours of the day with contact, over all endpoints, none counted twice
    null::integer as strong_hours,  -- hours with a contact that is strong, as docs/scoring.md has it
    null::bigint as hour_bits,      -- the hours with contact as bits: 1 is the hour after midnight of site.zone, 2 the next
    null::bigint as sessions,       -- sessions over all endpoints, overlapping ones merged
    null::bigint as duration_ms,    -- ms in contact, stitched sessions over all endpoints, no moment counted twice
    null::bigint as strong_ms,      -- ms in strong contact, likewise
    null::bigint as host_hi,        -- host as stored, bits 127-64; 0 for IPv4
    null::bigint as host_lo         -- host as stored, bits 63-0; IPv4 is ::ffff:a.b.c.d
where false
