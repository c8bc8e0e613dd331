-- chk_night_counts: matched flow records that are neither in a contact nor under a named drop.
--
-- grain:   one row if the identity does not hold; none = pass
-- inputs:  mart_night_counts
-- params:  none
select
    *,
    'matched is not the sum of its parts' as fault
from mart_night_counts
where matched <> in_contacts + not_internal + shared_other_port + knocked_only
    or shared_other_port < 0
    or knocked_only < 0
