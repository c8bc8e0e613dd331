-- int_pool_ranges: the prefixes of the feed, cut into blocks that a hash join can find.
--
-- grain:   one row per prefix entry and block (IPv4 /24, IPv6 /48)
-- inputs:  stg_pool_entries
-- params:  none
-- notes:   the import refuses prefixes wider than /16 and /32, so an entry has
--          at most 65,536 blocks.
select
    entry_id,
    feed,
    unnest(generate_series(ip_block(first_hi, first_lo), ip_block(last_hi, last_lo))) as block,
    ip_key(first_hi, first_lo) as first_key,
    ip_key(last_hi, last_lo) as last_key
from stg_pool_entries
where not is_single
