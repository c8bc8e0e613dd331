-- int_pool_wanted: whom the big scan looks for: the listed addresses, and those of listed prefixes that the day's flows have.
--
-- grain:   one row per address
-- inputs:  stg_flows, int_pool_addresses, int_pool_ranges
-- params:  none
-- notes:   the addresses of a prefix are too many to look for, so those that
--          were met are found first, by their blocks. For IPv4 that reads
--          nothing but the lower halves of the addresses, and for a feed
--          without prefixes nothing at all. Of an IPv6 address with such a
--          lower half this takes an IPv4 address for met that was not, which
--          the big scan will not find.
with

v4_blocks as (
    select distinct block from int_pool_ranges where first_key < 18446744073709551616
),

v6_blocks as (
    select distinct block from int_pool_ranges where first_key >= 18446744073709551616 or first_key < 0
),

met as (
    select distinct 0::bigint as hi, dst_lo as lo
    from stg_flows
    semi join v4_blocks as pool on stg_flows.dst_lo >> 8 = pool.block
    union
    select distinct 0::bigint as hi, src_lo as lo
    from stg_flows
    semi join v4_blocks as pool on stg_flows.src_lo >> 8 = pool.block
    union
    select distinct dst_hi as hi, dst_lo as lo
    from stg_flows
    semi join v6_blocks as pool on stg_flows.dst_hi >> 16 = pool.block
    where dst_hi <> 0
    union
    select distinct src_hi as hi, src_lo as lo
    from stg_flows
    semi join v6_blocks as pool on stg_flows.src_hi >> 16 = pool.block
    where src_hi <> 0
),

met_in_range as (
    select met.hi, met.lo
    from met
    semi join int_pool_ranges as pool
        on ip_block(met.hi, met.lo) = pool.block
        and ip_key(met.hi, met.lo) >= pool.first_key
        and ip_key(met.hi, met.lo) <= pool.last_key
)

select hi, lo from int_pool_addresses
union
select hi, lo from met_in_range
