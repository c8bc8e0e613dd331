-- int_endpoint_entries: which feed entries may explain a pool endpoint that was met.
--
-- grain:   one row per met endpoint (address, port, protocol) and feed entry
-- inputs:  int_pool_flows, stg_pool_entries, int_pool_ranges
-- params:  none
-- notes:   match = port (address, port and protocol agree), address (the
--          entry names no port) or other_port (the address is listed, but not
--          this port). A shared address on another port says nothing and is
--          left out.
with

endpoints as (
    select distinct pool_hi, pool_lo, pool_port, proto from int_pool_flows
),

singles as (
    select endpoints.*, entry.entry_id, entry.feed
    from endpoints
    join stg_pool_entries as entry
        on entry.is_single and entry.first_lo = endpoints.pool_lo and entry.first_hi = endpoints.pool_hi
),

ranged as (
    select endpoints.*, pool.entry_id, pool.feed
    from endpoints
    join int_pool_ranges as pool
        on ip_block(endpoints.pool_hi, endpoints.pool_lo) = pool.block
        and ip_key(endpoints.pool_hi, endpoints.pool_lo) >= pool.first_key
        and ip_key(endpoints.pool_hi, endpoints.pool_lo) <= pool.last_key
),

candidates as (
    select * from singles
    union all
    select * from ranged
),

judged as (
    select
        candidates.pool_hi,
        candidates.pool_lo,
        candidates.pool_port,
        candidates.proto,
        entry.* exclude (proto),
        case
            when entry.proto not in (0, candidates.proto) then 'other_port'
            when entry.port = 0 then 'address'
            when entry.port = candidates.pool_port then 'port'
            else 'other_port'
        end as match
    from candidates
    join stg_pool_entries as entry on entry.entry_id = candidates.entry_id and entry.feed = candidates.feed
)

select * from judged
where match <> 'other_port' or is_dedicated
