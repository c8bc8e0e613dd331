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
    make_timestamptz(valid_from_ms * 1000) as valid_from,
    make_timestamptz(valid_until_ms * 1000) as valid_until,
    confidence,
    evidence,
    shared,
    source,
    feed,
    feed_version,
    entry_id,
    first_hi as hi,
    first_lo as lo
from stg_pool_entries
