-- raw_negatives: the shape of an imported negative list, negatives/*/negatives.csv.
--
-- grain:   one row per range of a list
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows. What a list says is no
--          pool: applied by every night, so that a list marks entries that
--          were imported before it.
select
    null::varchar as address,         -- address or prefix, as text
    null::bigint as first_hi,         -- first address of the range, bits 127-64; 0 for IPv4
    null::bigint as first_lo,         -- first address of the range, bits 63-0; IPv4 is ::ffff:a.b.c.d
    null::bigint as last_hi,          -- last address of the range, bits 127-64
    null::bigint as last_lo,          -- last address of the range, bits 63-0
    null::integer as prefix_len,      -- out of 128 for both families; an IPv4 /24 has 120
    null::integer as port,            -- port that is meant; 0 = any
    null::varchar as kind,            -- cdn, vpn, hosting, sinkhole, resolver, p2p or false_positive
    null::varchar as list,            -- name of the list
    null::varchar as list_version,    -- version of the list, name@hash
    null::varchar as source,          -- who stated it
    null::varchar as licence,         -- licence of the list; NULL = unknown
    null::timestamp as retrieved_at,  -- UTC, when the list said so
    null::integer as line             -- line of the imported file
where false
