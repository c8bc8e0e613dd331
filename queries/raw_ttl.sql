-- raw_ttl: how long an entry stays valid after its last sighting.
--
-- grain:   one row per evidence class; 'default' for the rest
-- inputs:  none
-- params:  none
-- notes:   from the configuration, section feed.
select
    null::varchar as evidence,  -- evidence class of docs/feeds.md; 'cdn' for entries on a CDN, 'default' for the rest
    null::integer as days       -- days that an entry stays valid after its last sighting
where false
