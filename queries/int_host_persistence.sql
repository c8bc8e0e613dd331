-- int_host_persistence: how a host's contact holds on over days and endpoints.
--
-- grain:   one row per host
-- inputs:  int_figures, int_meetings
-- params:  none
-- notes:   max_strong_hours_7d = active strong hours in the best seven days in
--          a row. max_endpoint_hours = active hours of the endpoint that was
--          met longest: what tells a sampled miner (few packets, one endpoint)
--          from a sampled prober (few packets, each to another endpoint).
with

rolling as (
    select
        *,
        -- Each seven days that end in this week: those of it, and those of the week before that they still have.
        list_max(list_transform(range(1, 8), lambda nth: strong_hours[nth] + before[7] - before[nth])) as strong_hours_7d
    from (
        select *, case when lag(week) over weeks = week + 1 then lag(strong_hours) over weeks else [0, 0, 0, 0, 0, 0, 0] end as before
        from int_figures
        window weeks as (partition by host_hi, host_lo order by week desc)
    )
),

endpoints as (
    select host_hi, host_lo, pool_hi, pool_lo, pool_port, sum(hours) filter (where tier = 'strong') as strong_hours
    from int_meetings
    where is_counted
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
    sum(days)::bigint as contact_days,
    sum(hours)::bigint as contact_hours,
    sum(slots)::bigint as contact_slots,
    sum(sessions)::bigint as sessions,
    sum(duration_ms) / 1000.0 as duration_seconds,
    sum(strong_days)::bigint as strong_days,
    max(max_strong_ms) / 1000.0 as max_strong_day_seconds,
    max(strong_hours_7d)::bigint as max_strong_hours_7d,
    any_value(longest.max_endpoint_hours)::bigint as max_endpoint_hours,
    bit_count(bit_or(hour_bits)) as distinct_hours_of_day,
    list_filter(range(28), lambda hour: (bit_or(hour_bits) >> hour) & 1 = 1) as hours_of_day
from rolling
join longest on longest.host_hi = rolling.host_hi and longest.host_lo = rolling.host_lo
group by all
