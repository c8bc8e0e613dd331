-- stg_pool_entries: the effective feed with the window in which each entry may be matched.
--
-- grain:   one row per entry_id and feed
-- inputs:  raw_feed, raw_ttl, int_marks
-- params:  none
-- notes:   valid_until is as stated, else the last sighting plus the time to
--          live of its evidence; an entry without a date of its own was seen
--          when its list was retrieved. No first sighting = no lower bound.
--          Rows that merge to one entry keep the widest window. shared is the
--          most cautious of what the feed and the negative lists say; explained
--          is what a negative list says the address is instead of a pool, and
--          marked_by the list that had a say in either. What is said of a part
--          of a prefix, int_endpoint_marks says of the addresses that were met.
with

ttl as (
    select evidence, days from raw_ttl
),

marked as (
    select
        feed.* exclude (shared, role),
        most_shared(feed.shared, mark.shared) as shared,
        case when mark.explained = 'p2p' then 'p2p' else feed.role end as role,
        case when mark.explained <> 'p2p' then mark.explained end as explained,
        mark.marked_by
    from raw_feed as feed
    left join int_marks as mark
        on mark.first_lo = feed.first_lo and mark.first_hi = feed.first_hi
        and mark.prefix_len = feed.prefix_len and mark.port = feed.port
),

dated as (
    select
        feed.*,
        coalesce(feed.valid_from, feed.first_seen, timestamp '1970-01-01') as from_at,
        coalesce(
            feed.valid_until,
            coalesce(feed.last_seen, feed.retrieved_at)
                + to_days(coalesce(
                    case when feed.shared = 'cdn' then cdn.days end,
                    own.days,
                    fallback.days))) as until_at
    from marked as feed
    left join ttl as own on own.evidence = feed.evidence
    left join ttl as cdn on cdn.evidence = 'cdn'
    left join ttl as fallback on fallback.evidence = 'default'
)

select
    entry_id,
    feed,
    min(address) as address,
    min(first_hi) as first_hi,
    min(first_lo) as first_lo,
    min(last_hi) as last_hi,
    min(last_lo) as last_lo,
    min(first_hi) = min(last_hi) and min(first_lo) = min(last_lo) as is_single,
    min(port) as port,
    min(case proto when 'tcp' then 6 when 'udp' then 17 else 0 end) as proto,
    min(coin) as coin,
    min(pool) as pool,
    min("domain") as "domain",
    min(role) as role,
    epoch_ms(min(from_at)) as valid_from_ms,
    epoch_ms(max(until_at)) as valid_until_ms,
    max(confidence) as confidence,
    min(evidence) as evidence,
    bool_and(shared = 'none') as is_dedicated,
    arg_min(shared, coalesce(sharing_rank(shared), 4)) as shared,
    min(explained) as explained,
    min(marked_by) as marked_by,
    min(source) as source,
    min(feed_version) as feed_version
from dated
group by entry_id, feed
