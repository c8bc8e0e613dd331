-- raw_exclusions: the shape of the registered exclusions, ledger/*/exclusions.csv.
--
-- grain:   one row per excluded address range
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows.
select
    null::varchar as cidr,            -- prefix, or first and last address of the range, as text
    null::bigint as first_hi,         -- first address of the range, bits 127-64; 0 for IPv4
    null::bigint as first_lo,         -- first address of the range, bits 63-0; IPv4 is ::ffff:a.b.c.d
    null::bigint as last_hi,          -- last address of the range, bits 127-64; a single address is first and last
    null::bigint as last_lo,          -- last address of the range, bits 63-0
    null::integer as prefix_len,      -- out of 128 for both families; for a range that is no prefix, that of the smallest prefix with as many addresses
    null::varchar as reason,          -- why the hosts may reach pools
    null::varchar as approver,        -- who approved it
    null::timestamp as valid_from,    -- first day that counts, in the calendar of the site, without a zone; NULL = without a bound
    null::timestamp as expires,       -- last second that counts, in the calendar of the site, without a zone
    null::varchar as ledger_version,  -- version of the exclusions, name@hash
    null::integer as line             -- line of the imported file
where false
