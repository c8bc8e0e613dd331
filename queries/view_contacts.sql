-- view_contacts: the contacts of all nights: who met which pool endpoint on which day.
--
-- grain:   one row per (day, host, pool address, pool port, protocol)
-- inputs:  raw_contacts
-- params:  none
select * from raw_contacts
