-- raw_past: the shape of what a night keeps of all nights up to its own, past/day=*/.
--
-- grain:   one row per (host, unit, state, grade, exporters)
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows; what mart_night_past writes.
--          It follows from the suspects of all nights up to the one that wrote it,
--          and the contacts of older ones. Rankings and histories begin with the
--          latest that still does, and ask only the nights behind it.
select
    null::varchar as host,       -- internal address, as text
    null::varchar as state,      -- suspected: graded A or B; excluded: in contact under a registered exclusion; clues: in contact otherwise, but too little
    null::varchar as grade,      -- A, B; NULL = not suspected
    null::varchar as exporters,  -- addresses of the exporters that saw a pool answer, separated by commas; NULL = not suspected
    null::varchar as unit,       -- unit that owned the address, as the ledger said; empty = nobody did
    null::varchar as sector,     -- kind of the unit on the last of the days; empty = unknown
    null::varchar as city,       -- city of the unit on the last of the days; empty = unknown
    null::varchar as county,     -- county of the unit on the last of the days; empty = unknown
    null::date[] as days,        -- days of site.zone of whose nights all this is so, in order
    null::bigint as host_hi,     -- host as stored, bits 127-64; 0 for IPv4
    null::bigint as host_lo      -- host as stored, bits 63-0; IPv4 is ::ffff:a.b.c.d
where false
