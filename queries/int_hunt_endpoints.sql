-- int_hunt_endpoints: the rare foreign endpoints that a hunt looks into.
--
-- grain:   one row per foreign endpoint (address and TCP port)
-- inputs:  int_hunt_activity, raw_internal, raw_ledger, stg_pool_entries, raw_negatives
-- params:  day
-- notes:   left out are our own addresses, endpoints that the feed lists, by
--          whatever window (the night judges those), and addresses that a
--          negative list explains: a CDN, a VPN, a resolver, a sinkhole, a
--          coin node, a mistake. Pools live on rented servers, so hosting only
--          takes points; marked_by is the list that says so.
with

activity as (
    select *, ip_key(endpoint_hi, endpoint_lo) as key from int_hunt_activity
),

known as (
    select ip_key(first_hi, first_lo) as first_key, ip_key(last_hi, last_lo) as last_key, 0 as port, null::varchar as hosting
    from raw_internal
    union all
    select ip_key(first_hi, first_lo), ip_key(last_hi, last_lo), 0, null
    from raw_ledger
    where coalesce(valid_from, timestamp '1970-01-01') < getvariable('day') + 1
        and coalesce(valid_to, timestamp '9999-12-31') >= getvariable('day')
    union all
    select ip_key(first_hi, first_lo), ip_key(last_hi, last_lo), case when is_dedicated then 0 else port end, null
    from stg_pool_entries
    union all
    select ip_key(first_hi, first_lo), ip_key(last_hi, last_lo), port, case when kind = 'hosting' then list_version end
    from raw_negatives
),

found as (
    select activity.endpoint_hi, activity.endpoint_lo, activity.port, bool_or(known.hosting is null) as is_known, min(known.hosting) as marked_by
    from activity
    join known
        on activity.key >= known.first_key and activity.key <= known.last_key
        and known.port in (0, activity.port)
    group by all
)

select
    activity.endpoint_hi,
    activity.endpoint_lo,
    activity.port,
    found.marked_by
from activity
left join found using (endpoint_hi, endpoint_lo, port)
where not coalesce(found.is_known, false)
