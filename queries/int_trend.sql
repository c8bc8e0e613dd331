-- int_trend: what the nights of each of twelve weeks suspected, everywhere, in each city and in each county.
--
-- grain:   one row per (week, level, city, county) with a suspected host; level is all, city or county
-- inputs:  stg_host_days
-- params:  window_from
-- notes:   the weeks are counted back from the window's. Only nightly tables are
--          read, and all regions at once. A host counts once a week, in the
--          region of its last owner of the week, if a night of the week suspects
--          it; the window's own ranking, which grades the week as a whole, may
--          differ by a few. Bytes are those of the days that stg_host_days has, but
--          for those under an exclusion.
--          City and county are null where a line is of all of them, '' where the
--          ledger does not know them.
with

days as (
    select *, getvariable('window_from') + 7 * floor((day - getvariable('window_from')) / 7)::integer as week
    from stg_host_days
    where day >= getvariable('window_from') - 77 and not is_excluded
),

hosts as (
    select
        week,
        host,
        coalesce(arg_max(unit, day), '') as unit,
        coalesce(arg_max(city, day), '') as city,
        coalesce(arg_max(county, day), '') as county,
        sum(bytes) as bytes
    from days
    group by week, host
    having bool_or(is_suspect)
)

select
    week,
    case when grouping(city) = 1 then 'all' when grouping(county) = 1 then 'city' else 'county' end as level,
    city,
    county,
    count(*)::integer as hosts,
    (count(distinct unit) filter (where unit <> ''))::integer as units,
    to_bigint(coalesce(sum(bytes), 0)) as bytes
from hosts
group by grouping sets ((week), (week, city), (week, city, county))
