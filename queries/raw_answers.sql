-- raw_answers: the shape of what resolvers said of names, feeds/*/answers.csv.
--
-- grain:   one row per name, type, resolver, answer and window
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_feed. An answer that is repeated
--          before it runs out extends its window; that a resolver failed is no
--          answer.
select
    null::varchar as name,            -- the name that was asked for, as its feed writes it
    null::varchar as rrtype,          -- A or AAAA
    null::varchar as answer,          -- the address; NULL where there was none
    null::varchar as status,          -- address, nxdomain (no such name) or empty (no address of this type)
    null::varchar as canonical,       -- the name at the end of its aliases; NULL = it has none
    null::varchar as resolver,        -- who said so: a resolver, or the sensor or feed of passive DNS
    null::timestamp as first_seen,    -- UTC, when it was answered first
    null::timestamp as last_seen,     -- UTC, when it was answered last
    null::integer as ttl,             -- seconds for which the last answer was good; 0 in passive DNS that does not say
    null::varchar as refused,         -- why it is no entry of the feed: private, a sinkhole and the like; NULL = it is one
    null::varchar as feed,            -- feed that the answers were made
    null::varchar as feed_version,    -- version in which it was answered last, name@hash
    null::integer as line             -- line of that version's original
where false
