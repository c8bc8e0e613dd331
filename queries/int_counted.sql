-- int_counted: the contacts that a host is judged by.
--
-- grain:   one row per (day, host, pool address, pool port, protocol)
-- inputs:  stg_contacts
-- params:  none
-- notes:   where a host has contacts that support a grade, only those count,
--          so that a visit to a pool's page adds nothing to a miner; where it
--          has none, all are kept, to be listed with the reason.
with

judged as (
    select
        *,
        tier in ('strong', 'medium', 'clue') as supports
    from stg_contacts
),

supported as (
    select distinct host_hi, host_lo
    from judged
    where supports
)

select judged.*
from judged
where supports
    or not exists (select 1 from supported where supported.host_lo = judged.host_lo and supported.host_hi = judged.host_hi)
