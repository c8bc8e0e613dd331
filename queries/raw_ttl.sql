-- raw_ttl: how long an entry stays valid after its last sighting.
--
-- grain:   one row per evidence class; 'default' for the rest
-- inputs:  none
-- params:  none
-- notes:   from the configuration, section feed.
select
    null::varchar as evidence,
    null::integer as days
where false
