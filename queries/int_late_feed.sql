-- int_late_feed: the feed without what the night of a day knew: what its flows are searched for.
--
-- grain:   one row per entry of a feed version
-- inputs:  raw_feed, stg_pool_entries, int_late_windows
-- params:  none
-- notes:   the night's own match is run with these entries alone. Entries with
--          other windows, of an endpoint that has a new one, come along.
with

late as (
    select distinct entry.entry_id, entry.feed
    from stg_pool_entries as entry
    semi join int_late_windows as late
        on late.first_lo = entry.first_lo and late.first_hi = entry.first_hi
        and late.last_lo = entry.last_lo and late.last_hi = entry.last_hi
        and late.port = entry.port and late.proto = entry.proto
    where coalesce(entry.role, '') <> 'p2p'
)

select feed.*
from raw_feed as feed
semi join late on late.entry_id = feed.entry_id and late.feed = feed.feed
