-- int_counted: the contacts that a host is judged by.
--
-- grain:   one row per (day, host, pool address, pool port, protocol)
-- inputs:  stg_contacts
-- params:  none
-- notes:   where a host has contacts that support a grade, only those count,
--          so that a visit to a pool's page adds nothing to a miner; where it
--          has none, all are kept, to be listed with the reason.
with

supported as (
    select distinct host_hi, host_lo
    from stg_contacts
    where supports
)

select contact.*
from stg_contacts as contact
where supports
    or not exists (select 1 from supported where supported.host_lo = contact.host_lo and supported.host_hi = contact.host_hi)
