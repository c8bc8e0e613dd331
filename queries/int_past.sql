-- int_past: what the nights said of each host, and on which days.
--
-- grain:   one row per (host, unit, state, grade, exporters), of the days that are kept, and one of those behind them
-- inputs:  raw_past, raw_watched, stg_host_days
-- params:  none
-- notes:   stg_host_days, with days in lists: a host is told the same for weeks, so
--          that there are a hundred times as many days as rows. grade and exporters
--          are null but of suspected days, as nobody asks for those of others. place
--          is of the last of the days.
with

behind as (
    select
        * exclude (grade, exporters),
        case when is_suspect then 'suspected' when is_excluded then 'excluded' else 'clues' end as state,
        case when is_suspect then grade end as grade,
        case when is_suspect then exporters end as exporters
    from stg_host_days
    where day > coalesce((select max(day) from raw_watched), date '1970-01-01')
)

select host, state, grade, exporters, unit, sector, city, county, days, host_hi, host_lo
from raw_past
union all
select
    any_value(host),
    state,
    grade,
    exporters,
    unit,
    arg_max(sector, day),
    arg_max(city, day),
    arg_max(county, day),
    list_sort(list(day)),
    host_hi,
    host_lo
from behind
group by host_hi, host_lo, unit, state, grade, exporters
