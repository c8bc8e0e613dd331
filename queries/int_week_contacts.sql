-- int_week_contacts: the counted contacts, each with the grade and owner that its host has over the whole window.
--
-- grain:   one row per (day, host, pool address, pool port, protocol)
-- inputs:  int_counted, mart_suspects
-- params:  none
-- notes:   without the slots and sessions, which are long. Rows of one region lie
--          together: who asks for a region reads little else.
select
    contact.* exclude (unit, sector, city, county, contact, nat, active_slots, session_starts_ms, session_ends_ms),
    suspect.grade,
    suspect.unit,
    suspect.sector,
    suspect.city,
    suspect.county
from int_counted as contact
join mart_suspects as suspect on suspect.host_lo = contact.host_lo and suspect.host_hi = contact.host_hi
order by suspect.city, suspect.county
