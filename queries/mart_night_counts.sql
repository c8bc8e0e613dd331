-- mart_night_counts: what became of every matched flow record.
--
-- grain:   one row per night
-- inputs:  int_pool_flows, int_hosts, int_observations, mart_contacts
-- params:  none
-- notes:   matched = in_contacts + not_internal + shared_other_port + knocked_only.
with

matched as (
    select
        count(*) as n,
        count(*) filter (where not host.is_internal) as not_internal
    from int_pool_flows as flow
    join int_hosts as host on host.host_lo = flow.host_lo and host.host_hi = flow.host_hi
),

observed as (
    select count(*) as n from int_observations
),

kept as (
    select
        count(*) as contacts,
        count(distinct host) as hosts,
        coalesce(sum(records), 0)::bigint as n,
        coalesce(sum(records_set_aside), 0)::bigint as set_aside
    from mart_contacts
)

select
    matched.n as matched,
    kept.n as in_contacts,
    matched.not_internal,
    matched.n - matched.not_internal - observed.n as shared_other_port,
    observed.n - kept.n as knocked_only,
    kept.set_aside as seen_twice,
    kept.contacts,
    kept.hosts
from matched, observed, kept
