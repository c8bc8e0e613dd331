-- mart_feed_quality: what each source of the feed is worth: its size, age and overlap, and what it has found.
--
-- grain:   one row per source and feed
-- inputs:  stg_pool_entries, raw_contacts, raw_suspects, raw_feed, mart_precision
-- params:  as_of, window_from, window_to
-- notes:   an endpoint is an address or prefix with port and protocol, however
--          many names and coins it has. Dead: its window has ended. Also
--          elsewhere: another source of any feed names it. The contacts and
--          suspects are those of the nights of the window; a contact counts for
--          the source of the entry that explains it best, and a host of grade A
--          or B for every source through which it was in contact, port and
--          window agreeing. What units answered is of all notices up to as_of, by
--          the name of the source: an address counts for each source that its
--          notice rests on. Without an answer all of it is null; with none that
--          confirms or refutes, the precision is.
with

entries as (
    select
        feed,
        source,
        (first_hi, first_lo, last_hi, last_lo, port, proto) as endpoint,
        is_single,
        port,
        is_dedicated,
        valid_from_ms <= epoch_ms(getvariable('as_of')) and valid_until_ms >= epoch_ms(getvariable('as_of')) as is_live,
        valid_until_ms < epoch_ms(getvariable('as_of')) as is_dead
    from stg_pool_entries
),

endpoints as (
    select
        feed,
        source,
        endpoint,
        bool_and(is_dead) as is_dead,
        bool_or(is_live) as is_live,
        bool_and(not is_dedicated) as is_shared,
        bool_and(port <> 0) as has_port,
        bool_and(not is_single) as is_prefix
    from entries
    group by feed, source, endpoint
),

named as (
    select endpoint, count(distinct source) as sources
    from endpoints
    group by endpoint
),

size as (
    select
        endpoints.feed,
        endpoints.source,
        count(*) as endpoints,
        count(*) filter (where is_prefix) as prefixes,
        count(*) filter (where is_live) as live,
        count(*) filter (where is_dead) as dead,
        count(*) filter (where is_shared) as shared,
        count(*) filter (where has_port) as with_port,
        count(*) filter (where named.sources > 1) as elsewhere
    from endpoints
    join named on named.endpoint = endpoints.endpoint
    group by endpoints.feed, endpoints.source
),

stated as (
    select
        feed,
        source,
        max(feed_version) as feed_version,
        max(retrieved_at) as retrieved_at,
        max(last_seen) as last_seen
    from raw_feed
    group by feed, source
),

contacts as (
    select
        split_part(feed_version, '@', 1) as feed,
        feed_source as source,
        day,
        host,
        pool_hi,
        pool_lo,
        pool_port,
        match = 'port' and days_outside = 0 as agrees
    from raw_contacts
    where established
        and day >= getvariable('window_from')
        and day <= getvariable('window_to')
),

graded as (
    select day, host, grade
    from raw_suspects
    where grade in ('A', 'B')
        and day >= getvariable('window_from')
        and day <= getvariable('window_to')
),

through as (
    select
        contacts.feed,
        contacts.source,
        contacts.host,
        min(graded.grade) filter (where agrees) as grade
    from contacts
    left join graded on graded.day = contacts.day and graded.host = contacts.host
    group by contacts.feed, contacts.source, contacts.host
),

hosts as (
    select
        feed,
        source,
        count(*) as hosts,
        count(*) filter (where grade = 'A') as hosts_a,
        count(*) filter (where grade = 'B') as hosts_b
    from through
    group by feed, source
),

hits as (
    select
        feed,
        source,
        count(*) as contacts,
        count(distinct (pool_hi, pool_lo, pool_port)) as endpoints_met,
        max(day) as last_hit
    from contacts
    group by feed, source
),

answered as (
    select
        name as source,
        active + passive + research as confirmed,
        false_alarms as refuted,
        active + passive + research + false_alarms + not_found as answers,
        precision_percent
    from mart_precision
    where kind = 'source'
)

select
    size.feed,
    size.source,
    stated.feed_version,
    size.endpoints,
    size.prefixes,
    size.live,
    size.dead,
    round(100.0 * size.dead / size.endpoints, 1)::double as dead_percent,
    size.shared,
    round(100.0 * size.with_port / size.endpoints, 1)::double as port_known_percent,
    round(100.0 * size.elsewhere / size.endpoints, 1)::double as elsewhere_percent,
    round((epoch_ms(getvariable('as_of')) - epoch_ms(stated.retrieved_at)) / 86400000.0, 1)::double as age_days,
    stated.last_seen,
    coalesce(hits.contacts, 0) as contacts,
    coalesce(hits.endpoints_met, 0) as endpoints_met,
    coalesce(hosts.hosts, 0) as hosts,
    coalesce(hosts.hosts_a, 0) as hosts_a,
    coalesce(hosts.hosts_b, 0) as hosts_b,
    hits.last_hit,
    answered.answers,
    answered.confirmed,
    answered.refuted,
    round(answered.precision_percent, 1) as precision_percent
from size
join stated on stated.feed = size.feed and stated.source = size.source
left join hits on hits.feed = size.feed and hits.source = size.source
left join hosts on hosts.feed = size.feed and hosts.source = size.source
left join answered on answered.source = size.source
order by coalesce(hosts.hosts_a, 0) + coalesce(hosts.hosts_b, 0) desc, size.endpoints desc, size.feed, size.source
