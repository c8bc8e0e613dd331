-- view_units: the analysts' view of the address ledger.
--
-- grain:   one row per address range
-- inputs:  raw_ledger
-- params:  none
select
    cidr,
    unit,
    sector,
    city,
    county,
    contact,
    nat,
    nat_pool_size,
    valid_from,
    valid_to,
    ip_key(first_hi, first_lo) as first_key,  -- first address as one number, as ip_key(hi, lo) makes it
    ip_key(last_hi, last_lo) as last_key      -- last address as one number: ip_key(hi, lo) between first_key and last_key
from raw_ledger
