-- int_host_sessions: how long a host was in contact on a day without written figures, over all its endpoints, without counting a moment twice.
--
-- grain:   one row per (host, day, supports)
-- inputs:  stg_contacts, raw_unfigured
-- params:  none
-- notes:   sessions that overlap are merged, but no gap between endpoints is
--          bridged: a prober that knocks on one door after the other was never
--          in contact in between. A session adds what lies behind all that began
--          before it. strong_ms is the same over the strong contacts alone.
with

sessions as (
    select
        host_hi, host_lo, day, supports,
        tier = 'strong' as is_strong,
        unnest(session_starts_ms) as started_ms,
        unnest(session_ends_ms) as ended_ms
    from stg_contacts
    semi join raw_unfigured using (day)
),

ordered as (
    select
        *,
        max(ended_ms) over before as reached_ms,
        max(ended_ms) filter (where is_strong) over before as strong_reached_ms
    from sessions
    window before as (
        partition by host_hi, host_lo, day, supports
        order by started_ms, ended_ms
        rows between unbounded preceding and 1 preceding
    )
)

select
    host_hi, host_lo, day, supports,
    count_if(reached_ms is null or started_ms > reached_ms)::bigint as sessions,
    sum(greatest(ended_ms - greatest(started_ms, reached_ms), 0))::bigint as duration_ms,
    coalesce(sum(greatest(ended_ms - greatest(started_ms, strong_reached_ms), 0)) filter (where is_strong), 0)::bigint as strong_ms
from ordered
group by host_hi, host_lo, day, supports
