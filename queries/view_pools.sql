-- view_pools: the analysts' view of the effective feed.
--
-- grain:   one row per entry_id and feed
-- inputs:  stg_pool_entries
-- params:  none
select
    address,
    port,
    case proto when 6 then 'tcp' when 17 then 'udp' else 'any' end as proto,
    coin,
    pool,
    "domain",
    role,
    make_timestamptz(valid_from_ms * 1000) as valid_from,    -- UTC, begin of the window in which flows are matched; 1970 = without a bound
    make_timestamptz(valid_until_ms * 1000) as valid_until,  -- UTC, end of that window, the time to live applied
    confidence,
    evidence,
    shared,
    explained,  -- what a negative list says the address is instead of a pool; NULL = nothing
    marked_by,  -- version of the negative list that made it shared or explained; NULL = none did
    source,
    feed,
    feed_version,
    entry_id,
    first_hi as hi,  -- address, or first one of the prefix, bits 127-64; 0 for IPv4
    first_lo as lo   -- address, or first one of the prefix, bits 63-0; IPv4 is ::ffff:a.b.c.d
from stg_pool_entries
