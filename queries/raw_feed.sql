-- raw_feed: the shape of an imported feed version, feeds/*/entries.csv.
--
-- grain:   one row per entry of a feed version
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows. Dates as the source
--          stated them; the time to live is applied in stg_pool_entries.
select
    null::varchar as entry_id,
    null::varchar as address,
    null::bigint as first_hi,
    null::bigint as first_lo,
    null::bigint as last_hi,
    null::bigint as last_lo,
    null::integer as prefix_len,
    null::integer as port,
    null::varchar as proto,
    null::varchar as coin,
    null::varchar as algorithm,
    null::varchar as pool,
    null::varchar as "domain",
    null::varchar as role,
    null::timestamp as first_seen,
    null::timestamp as last_seen,
    null::timestamp as valid_from,
    null::timestamp as valid_until,
    null::integer as confidence,
    null::varchar as evidence,
    null::varchar as shared,
    null::varchar as source,
    null::varchar as source_ref,
    null::varchar as licence,
    null::varchar as feed,
    null::varchar as feed_version,
    null::timestamp as retrieved_at,
    null::integer as line
where false
