-- stg_exclusions: the registered exclusions, as ranges of keys and from when until when they hold.
--
-- grain:   one row per exclusion
-- inputs:  raw_exclusions
-- params:  none
-- notes:   one holds on a day where holds_from < day + 1 and holds_until >= day:
--          nights ask of their day, reports as of the newest registration.
select
    *,
    ip_key(first_hi, first_lo) as first_key,
    ip_key(last_hi, last_lo) as last_key,
    coalesce(valid_from, timestamp '1970-01-01') as holds_from,
    coalesce(expires, timestamp '9999-12-31') as holds_until
from raw_exclusions
