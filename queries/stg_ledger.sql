-- stg_ledger: the ranges of the address ledger that count on the day of the night.
--
-- grain:   one row per address range that is valid on the day
-- inputs:  raw_ledger
-- params:  day
select
    *,
    ip_key(first_hi, first_lo) as first_key,
    ip_key(last_hi, last_lo) as last_key
from raw_ledger
where coalesce(valid_from, timestamp '1970-01-01') < getvariable('day') + 1
    and coalesce(valid_to, timestamp '9999-12-31') >= getvariable('day')
