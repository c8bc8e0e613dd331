-- int_trend_weeks: the last twelve weeks, and the nights that each rests on.
--
-- grain:   one row per week, the window's last
-- inputs:  int_covered_days, stg_host_days
-- params:  window_from, window_to
-- notes:   a night that an older program ran, without coverage, is a night all
--          the same.
with

weeks as (
    select getvariable('window_from') - 7 * unnest(range(12))::integer as week
),

days as (
    select day, is_covered from int_covered_days
    union all
    select distinct day, false from stg_host_days
),

nights as (
    select
        getvariable('window_from') + 7 * floor((day - getvariable('window_from')) / 7)::integer as week,
        count(distinct day)::integer as nights,
        (count(distinct day) filter (where is_covered))::integer as nights_covered
    from days
    where day <= getvariable('window_to')
    group by week
)

select
    weeks.week,
    coalesce(nights.nights, 0) as nights,
    coalesce(nights.nights_covered, 0) as nights_covered
from weeks
left join nights using (week)
