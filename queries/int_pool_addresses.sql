-- int_pool_addresses: the single addresses of the feed, the build side of the big scan.
--
-- grain:   one row per address
-- inputs:  stg_pool_entries
-- params:  none
select distinct
    first_hi as hi,
    first_lo as lo
from stg_pool_entries
where is_single
