-- int_endpoint_entries: which feed entries may explain a pool endpoint that was met.
--
-- grain:   one row per met endpoint (address, port, protocol) and feed entry
-- inputs:  int_pool_flows, stg_pool_entries, int_pool_ranges, int_endpoint_marks
-- params:  none
-- notes:   match = port (address, port and protocol agree), address (the
--          entry names no port) or other_port (the address is listed, but not
--          this port). A shared address on another port says nothing and is
--          left out. Who shares it and what it is instead of a pool is the
--          most cautious of what is said of the entry and of the address met.
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

entries as (
    select
        coalesce(explaining_rank(mark.explained) <= explaining_rank(entry.explained), mark.explained is not null) as decides,
        candidates.pool_hi,
        candidates.pool_lo,
        candidates.pool_port,
        candidates.proto as met_proto,
        entry.* exclude (shared, role, explained, marked_by, is_dedicated),
        most_shared(entry.shared, mark.shared) as shared,
        case when mark.explained = 'p2p' and entry.explained is null then 'p2p' else entry.role end as role,
        case when mark.explained <> 'p2p' and decides then mark.explained else entry.explained end as explained,
        case when decides then mark.marked_by else coalesce(entry.marked_by, mark.marked_by) end as marked_by
    from candidates
    join stg_pool_entries as entry on entry.entry_id = candidates.entry_id and entry.feed = candidates.feed
    left join int_endpoint_marks as mark
        on mark.pool_lo = candidates.pool_lo and mark.pool_hi = candidates.pool_hi and mark.pool_port = candidates.pool_port
),

judged as (
    select
        * exclude (proto, met_proto, decides),
        met_proto as proto,
        shared = 'none' as is_dedicated,
        case
            when proto not in (0, met_proto) then 'other_port'
            when port = 0 then 'address'
            when port = pool_port then 'port'
            else 'other_port'
        end as match
    from entries
)

select * from judged
where match <> 'other_port' or is_dedicated
