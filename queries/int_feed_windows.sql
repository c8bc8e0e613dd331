-- int_feed_windows: the endpoints that a feed takes for pools, each with its windows.
--
-- grain:   one row per endpoint, window and standing
-- inputs:  stg_pool_entries
-- params:  none
-- notes:   coin nodes are left out: whoever meets one is no suspect.
select distinct
    first_hi,
    first_lo,
    last_hi,
    last_lo,
    port,
    proto,
    valid_from_ms,
    valid_until_ms,
    confidence,
    is_dedicated
from stg_pool_entries
where coalesce(role, '') <> 'p2p' and not is_p2p_port(port)
