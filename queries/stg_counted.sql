-- stg_counted: the contacts that a host is judged by.
--
-- grain:   one row per (day, host, pool address, pool port, protocol)
-- inputs:  stg_contacts, int_supported
-- params:  none
-- notes:   where a host has contacts that support a grade, only those count,
--          so that a visit to a pool's page adds nothing to a miner; where it
--          has none, all are kept, to be listed with the reason.
--          A view: lists of slots and sessions are three quarters of a contact,
--          and whoever does not ask for them does not read them.
select *
from stg_contacts as contact
where supports
    or not exists (select 1 from int_supported as supported where supported.host_lo = contact.host_lo and supported.host_hi = contact.host_hi)
