-- raw_ledger: the shape of the address ledger, ledger/*/ranges.csv.
--
-- grain:   one row per address range of the current ledger
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows.
select
    null::varchar as range_id,
    null::varchar as cidr,
    null::bigint as first_hi,
    null::bigint as first_lo,
    null::bigint as last_hi,
    null::bigint as last_lo,
    null::integer as prefix_len,
    null::varchar as unit,
    null::varchar as unit_code,
    null::varchar as sector,
    null::varchar as city,
    null::varchar as county,
    null::varchar as admin_code,
    null::varchar as contact,
    null::varchar as phone,
    null::boolean as nat,
    null::timestamp as valid_from,
    null::timestamp as valid_to,
    null::varchar as ledger_version,
    null::integer as line
where false
