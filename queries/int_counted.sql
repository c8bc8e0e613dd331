-- int_counted: the contacts that a host is judged by, without their slots and sessions.
--
-- grain:   one row per (day, host, pool address, pool port, protocol)
-- inputs:  stg_counted
-- params:  none
-- notes:   slots and sessions are three quarters of a contact, and each is read by
--          one or two relations: those read them from the lake.
select * exclude (active_slots, session_starts_ms, session_ends_ms)
from stg_counted
