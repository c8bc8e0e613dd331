-- int_week_contacts: the counted contacts, each with the grade and owner that its host has over the whole window.
--
-- grain:   one row per (day, host, pool address, pool port, protocol)
-- inputs:  stg_counted, int_host_grades
-- params:  none
select
    contact.day,
    contact.host,
    contact.pool_address,
    contact.pool_port,
    contact.pool,
    contact.coin,
    contact.match,
    contact.hours,
    contact.records,
    contact.bytes_up,
    contact.bytes_down,
    suspect.grade,
    suspect.unit,
    suspect.city,
    suspect.county
from stg_counted as contact
join int_host_grades as suspect on suspect.host_lo = contact.host_lo and suspect.host_hi = contact.host_hi
