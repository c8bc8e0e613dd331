-- int_supported: the hosts with a contact that supports a grade.
--
-- grain:   one row per host
-- inputs:  stg_contacts
-- params:  none
select distinct host_hi, host_lo
from stg_contacts
where supports
