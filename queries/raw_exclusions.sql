-- raw_exclusions: the shape of the registered exclusions, ledger/*/exclusions.csv.
--
-- grain:   one row per excluded address range
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows.
select
    null::varchar as cidr,
    null::bigint as first_hi,
    null::bigint as first_lo,
    null::bigint as last_hi,
    null::bigint as last_lo,
    null::integer as prefix_len,
    null::varchar as reason,
    null::varchar as approver,
    null::timestamp as valid_from,
    null::timestamp as expires,
    null::varchar as ledger_version,
    null::integer as line
where false
