-- int_unfigured_days: the ranked days of whose hosts no night has written the figures by the rules of today.
--
-- grain:   one row per day
-- inputs:  stg_contacts, raw_figures
-- params:  none
select day from stg_contacts
except
select day from raw_figures
