-- view_names: the analysts' view of the endpoints that feeds know by name, and of the addresses that the names had.
--
-- grain:   one row per named endpoint of a feed, type, resolver, answer and window; one alone where nobody was asked
-- inputs:  raw_names, raw_ttl, stg_answers
-- params:  none
with

named as (
    select
        name.*,
        coalesce(name.valid_from, name.first_seen, timestamp '1970-01-01') as from_at,
        coalesce(
            name.valid_until,
            coalesce(name.last_seen, name.retrieved_at)
                + to_days(coalesce(case when name.shared = 'cdn' then cdn.days end, own.days, fallback.days))) as until_at
    from raw_names as name
    left join raw_ttl as own on own.evidence = name.evidence
    left join raw_ttl as cdn on cdn.evidence = 'cdn'
    left join raw_ttl as fallback on fallback.evidence = 'default'
)

select
    named."domain",
    named.port,
    named.proto,
    named.coin,
    named.pool,
    named.role,
    timezone('UTC', named.from_at) as valid_from,       -- UTC, begin of the time in which the name counts; 1970 = without a bound
    timezone('UTC', named.until_at) as valid_until,     -- UTC, end of that time, the time to live applied
    named.confidence,
    named.evidence,
    named.source,
    named.feed,
    named.feed_version,
    answer.rrtype,
    answer.answer as address,                             -- what the name resolved to; NULL = to nothing, or nobody was asked
    answer.status,
    answer.canonical,
    answer.resolver,
    timezone('UTC', answer.first_seen) as seen_from,    -- UTC, when that was answered first
    timezone('UTC', answer.last_seen) as seen_until,    -- UTC, when that was answered last
    timezone('UTC', answer.until_at) as address_until,  -- UTC, end of the window in which flows are matched with the address: the last answer and its time to live, or that of the evidence dns
    answer.refused,
    answer.feed_version as resolved_by,                   -- version that the answer stands in: its entries name it
    named.entry_id,
    ip_hi(answer.answer) as hi,                           -- address, bits 127-64; 0 for IPv4
    ip_lo(answer.answer) as lo                            -- address, bits 63-0; IPv4 is ::ffff:a.b.c.d
from named
left join stg_answers as answer on answer.name = named."domain"
