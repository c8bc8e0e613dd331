-- int_nights: the nights, and which exporters are covered on the day of each.
--
-- grain:   one row per day with a night
-- inputs:  raw_watched, raw_suspects, int_exporter_days
-- params:  none
-- notes:   a night of an older program has suspects and no coverage: nobody is
--          covered. percent is of all records, and of those of no known sender only
--          what is lost: these may be anybody's.
with

days as (
    select day, exporter, is_covered, records_stored, records_lost
    from int_exporter_days
    union all by name
    select distinct day
    from raw_suspects
)

select day, percent, covered
from raw_watched
union all
select
    day,
    coverage_percent(sum(records_stored), sum(records_lost) filter (where exporter = '')),
    coalesce(list_sort(list(exporter) filter (where is_covered and exporter <> '')), [])
from days
where day > coalesce((select max(day) from raw_watched), date '1970-01-01')
group by day
