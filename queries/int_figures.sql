-- int_figures: the figures of each host's weeks that the host is judged by.
--
-- grain:   one row per (host, week); week counts seven days each, back from the end of the window
-- inputs:  int_day_figures, raw_week_figures
-- params:  window_to
-- notes:   those of single days, summed, and those that a night has summed. As in
--          stg_counted, a host that has contacts which support a grade is judged by
--          these alone. strong_hours are seven numbers, the strong hours
--          of the week up to each of its days: with those of the week before, the
--          hours of any seven days in a row are one of them less another.
with

days as (
    select *, getvariable('window_to') - day as days_before
    from int_day_figures
),

weeks as (
    select
        host_hi, host_lo, supports,
        days_before // 7 as week,
        max(day) as last_day,
        count(*) as days,
        sum(slots) as slots,
        sum(hours) as hours,
        sum(sessions) as sessions,
        sum(duration_ms) as duration_ms,
        count(*) filter (where strong_hours > 0) as strong_days,
        max(strong_ms) as max_strong_ms,
        bit_or(hour_bits) as hour_bits,
        list_transform([
            sum(strong_hours) filter (where days_before % 7 = 6),
            sum(strong_hours) filter (where days_before % 7 >= 5),
            sum(strong_hours) filter (where days_before % 7 >= 4),
            sum(strong_hours) filter (where days_before % 7 >= 3),
            sum(strong_hours) filter (where days_before % 7 >= 2),
            sum(strong_hours) filter (where days_before % 7 >= 1),
            sum(strong_hours)
        ], lambda hours: coalesce(hours, 0)::integer) as strong_hours
    from days
    group by host_hi, host_lo, supports, days_before // 7
    union all
    select
        host_hi, host_lo, supports,
        (getvariable('window_to') - day) // 7,
        last_day, days, slots, hours, sessions, duration_ms, strong_days, max_strong_ms, hour_bits, strong_hours
    from raw_week_figures
),

supported as (
    select distinct host_hi, host_lo
    from weeks
    where supports
)

select *
from weeks
where supports
    or not exists (select 1 from supported where supported.host_lo = weeks.host_lo and supported.host_hi = weeks.host_hi)
