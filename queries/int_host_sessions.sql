-- int_host_sessions: how long a host was in contact each day, over all its endpoints, without counting a minute twice.
--
-- grain:   one row per (host, day)
-- inputs:  stg_counted
-- params:  none
-- notes:   sessions that overlap are merged, but no gap between endpoints is
--          bridged: a prober that knocks on one door after the other was never
--          in contact in between. strong_seconds is the same over the strong
--          contacts alone.
with

sessions as (
    select
        host_hi, host_lo, day, false as is_strong,
        unnest(session_starts_ms) as started_ms,
        unnest(session_ends_ms) as ended_ms
    from stg_counted
    union all
    select
        host_hi, host_lo, day, true as is_strong,
        unnest(session_starts_ms) as started_ms,
        unnest(session_ends_ms) as ended_ms
    from stg_counted
    where tier = 'strong'
),

ordered as (
    select
        *,
        max(ended_ms) over (
            partition by host_hi, host_lo, day, is_strong
            order by started_ms, ended_ms
            rows between unbounded preceding and 1 preceding
        ) as reached_ms
    from sessions
),

numbered as (
    select
        *,
        count_if(reached_ms is null or started_ms > reached_ms) over (
            partition by host_hi, host_lo, day, is_strong
            order by started_ms, ended_ms
            rows between unbounded preceding and current row
        ) as session
    from ordered
),

merged as (
    select
        host_hi, host_lo, day, is_strong, session,
        (max(ended_ms) - min(started_ms)) / 1000.0 as seconds
    from numbered
    group by all
)

select
    host_hi, host_lo, day,
    sum(seconds) filter (where not is_strong) as seconds,
    count(*) filter (where not is_strong) as sessions,
    coalesce(sum(seconds) filter (where is_strong), 0) as strong_seconds
from merged
group by all
