-- raw_feed: the shape of what a feed says up to a version, feeds/*/standing.csv.
--
-- grain:   one row per entry of a feed
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows. Dates as the source
--          stated them; the time to live is applied in stg_pool_entries.
select
    null::varchar as entry_id,        -- the same for the same endpoint of the same source in every version
    null::varchar as address,         -- address or prefix of the endpoint, as text
    null::bigint as first_hi,         -- first address of the range, bits 127-64; 0 for IPv4
    null::bigint as first_lo,         -- first address of the range, bits 63-0; IPv4 is ::ffff:a.b.c.d
    null::bigint as last_hi,          -- last address of the range, bits 127-64; a single address is first and last
    null::bigint as last_lo,          -- last address of the range, bits 63-0
    null::integer as prefix_len,      -- out of 128 for both families; an IPv4 /24 has 120
    null::integer as port,            -- port of the endpoint; 0 = any
    null::varchar as proto,           -- tcp, udp or any
    null::varchar as coin,            -- code of the coin; NULL = unknown
    null::varchar as algorithm,       -- proof of work, such as etchash; NULL = unknown
    null::varchar as pool,            -- name of the pool; NULL = unknown
    null::varchar as "domain",        -- name of the endpoint; NULL = unknown
    null::varchar as role,            -- stratum, proxy, web, p2p (no pool, a coin node) or unknown
    null::timestamp as first_seen,    -- UTC, first sighting, as stated; NULL = unknown
    null::timestamp as last_seen,     -- UTC, last sighting, as stated; NULL = unknown
    null::timestamp as valid_from,    -- UTC, begin of validity, as stated; NULL = first_seen
    null::timestamp as valid_until,   -- UTC, end of validity, as stated; NULL = last_seen, else retrieved_at, plus the time to live
    null::integer as confidence,      -- 0 to 100: how well the feed vouches for the entry
    null::varchar as evidence,        -- why the feed lists the endpoint: probe_up, dns and others of docs/feeds.md
    null::varchar as shared,          -- who else uses the address: none, cdn, vpn or hosting
    null::varchar as source,          -- who stated the entry
    null::varchar as source_ref,      -- where the source states it; NULL = unknown
    null::varchar as licence,         -- licence of the list; NULL = unknown
    null::varchar as feed,            -- name of the feed
    null::varchar as feed_version,    -- version of the feed, name@hash
    null::timestamp as retrieved_at,  -- UTC, when the list said so
    null::integer as line             -- line of the imported file
where false
