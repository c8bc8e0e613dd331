-- view_contacts: the contacts of all nights: who met which pool endpoint on which day.
--
-- grain:   one row per (day, host, pool address, pool port, protocol)
-- inputs:  raw_contacts
-- params:  none
-- notes:   the lists active_slots, session_starts_ms and session_ends_ms are
--          left out, as they fill a screen; the Parquet files have them.
select * exclude (active_slots, session_starts_ms, session_ends_ms)
from raw_contacts
