-- raw_internal: the prefixes that the configuration calls internal.
--
-- grain:   one row per prefix
-- inputs:  none
-- params:  none
-- notes:   empty where the configuration names none: then the host is the
--          side that is not the pool.
select
    null::bigint as first_hi,
    null::bigint as first_lo,
    null::bigint as last_hi,
    null::bigint as last_lo
where false
