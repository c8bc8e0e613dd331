-- raw_ledger: the shape of the address ledger, ledger/*/ranges.csv.
--
-- grain:   one row per address range of the current ledger
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows. A version of an older
--          program lacks the last columns: they are null there.
select
    null::varchar as range_id,        -- the same for the same range, unit and first day in every version
    null::varchar as cidr,            -- prefix, or first and last address of the range, as text
    null::bigint as first_hi,         -- first address of the range, bits 127-64; 0 for IPv4
    null::bigint as first_lo,         -- first address of the range, bits 63-0; IPv4 is ::ffff:a.b.c.d
    null::bigint as last_hi,          -- last address of the range, bits 127-64; a single address is first and last
    null::bigint as last_lo,          -- last address of the range, bits 63-0
    null::integer as prefix_len,      -- out of 128 for both families; for a range that is no prefix, that of the smallest prefix with as many addresses
    null::varchar as unit,            -- unit that owns the addresses
    null::varchar as unit_code,       -- code of the unit; NULL = unknown
    null::varchar as sector,          -- kind of the unit, one of docs/ledger.md; NULL = unknown
    null::varchar as city,            -- city of the unit; NULL = unknown
    null::varchar as county,          -- county of the unit; NULL = unknown
    null::varchar as admin_code,      -- code of the county, GB/T 2260; NULL = unknown
    null::varchar as contact,         -- person to call; NULL = unknown
    null::varchar as phone,           -- phone of the person; NULL = unknown
    null::boolean as nat,             -- true: gateways with several devices behind each address
    null::timestamp as valid_from,    -- first day that counts, in the calendar of the site, without a zone; NULL = without a bound
    null::timestamp as valid_to,      -- last second that counts, in the calendar of the site, without a zone; NULL = without a bound
    null::varchar as ledger_version,  -- version of the ledger, name@hash
    null::integer as line,            -- line of the imported file
    null::integer as nat_pool_size    -- addresses of the NAT pool that the range belongs to; 0 = unknown; NULL in a version of an older program
where false
