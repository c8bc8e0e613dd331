-- raw_names: the shape of the endpoints that a feed knows by name only, feeds/*/standing_names.csv.
--
-- grain:   one row per named endpoint of a feed
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_feed, whose columns these are
--          but for the address. Older versions have names.csv instead.
select
    null::varchar as entry_id,        -- the same for the same endpoint of the same source in every version
    null::integer as port,            -- port of the endpoint; 0 = any
    null::varchar as proto,           -- tcp, udp or any
    null::varchar as coin,            -- code of the coin; NULL = unknown
    null::varchar as algorithm,       -- proof of work, such as etchash; NULL = unknown
    null::varchar as pool,            -- name of the pool; NULL = unknown
    null::varchar as "domain",        -- name of the endpoint
    null::varchar as role,            -- stratum, proxy, web, p2p (no pool, a coin node) or unknown
    null::timestamp as first_seen,    -- UTC, first sighting, as stated; NULL = unknown
    null::timestamp as last_seen,     -- UTC, last sighting, as stated; NULL = unknown
    null::timestamp as valid_from,    -- UTC, begin of validity, as stated; NULL = first_seen
    null::timestamp as valid_until,   -- UTC, end of validity, as stated; NULL = last_seen, else retrieved_at, plus the time to live
    null::integer as confidence,      -- 0 to 100: how well the feed vouches for the endpoint
    null::varchar as evidence,        -- why the feed lists it: probe_up, list and others of docs/feeds.md
    null::varchar as shared,          -- who else uses the name: none, cdn, vpn or hosting
    null::varchar as source,          -- who stated it
    null::varchar as source_ref,      -- where the source states it; NULL = unknown
    null::varchar as licence,         -- licence of the list; NULL = unknown
    null::varchar as feed,            -- name of the feed
    null::varchar as feed_version,    -- version of the feed, name@hash
    null::timestamp as retrieved_at,  -- UTC, when the list said so
    null::integer as line             -- line of the imported file
where false
