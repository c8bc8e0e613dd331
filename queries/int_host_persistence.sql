-- int_host_persistence: how a host's contact holds on over days and endpoints.
--
-- grain:   one row per host
-- inputs:  int_counted, int_host_sessions, int_host_hours
-- params:  none
-- notes:   max_strong_hours_7d = active strong hours in the best seven days in
--          a row. max_endpoint_hours = active hours of the endpoint that was
--          met longest: what tells a sampled miner (few packets, one endpoint)
--          from a sampled prober (few packets, each to another endpoint).
with

days as (
    select
        session.host_hi, session.host_lo, session.day,
        session.seconds, session.sessions, session.strong_seconds,
        hour.slots, hour.hours, hour.strong_hours, hour.hours_of_day
    from int_host_sessions as session
    join int_host_hours as hour using (host_hi, host_lo, day)
),

rolling as (
    select
        *,
        sum(strong_hours) over (
            partition by host_hi, host_lo
            order by day
            range between interval 6 days preceding and current row
        ) as strong_hours_7d
    from days
),

endpoints as (
    select host_hi, host_lo, pool_hi, pool_lo, pool_port, sum(hours) filter (where tier = 'strong') as strong_hours
    from int_counted
    group by all
),

longest as (
    select host_hi, host_lo, coalesce(max(strong_hours), 0) as max_endpoint_hours
    from endpoints
    group by all
)

select
    rolling.host_hi,
    rolling.host_lo,
    count(*) as contact_days,
    sum(hours)::bigint as contact_hours,
    sum(slots)::bigint as contact_slots,
    sum(sessions)::bigint as sessions,
    sum(seconds) as duration_seconds,
    count(*) filter (where strong_hours > 0) as strong_days,
    max(strong_seconds) as max_strong_day_seconds,
    max(strong_hours_7d)::bigint as max_strong_hours_7d,
    any_value(longest.max_endpoint_hours)::bigint as max_endpoint_hours,
    len(list_distinct(flatten(list(hours_of_day)))) as distinct_hours_of_day
from rolling
join longest on longest.host_hi = rolling.host_hi and longest.host_lo = rolling.host_lo
group by all
