-- int_watched_days: the days on which what a set of exporters did not show did not happen.
--
-- grain:   one row per (exporters, day with a night to which each of them is covered)
-- inputs:  int_silences, int_exporter_days
-- params:  min_coverage_percent
-- notes:   what has no known sender may be anybody's: where more of it is lost
--          than a day may lack, the day counts for no set.
with

nights as (
    select
        day,
        coverage_percent(sum(records_stored), sum(records_lost) filter (where exporter = '')) as percent,
        list(exporter) filter (where is_covered and exporter <> '') as covered
    from int_exporter_days
    group by day
)

select sets.exporters, nights.day
from (select distinct exporters from int_silences) as sets
join nights on list_has_all(nights.covered, string_split(sets.exporters, ','))
where coalesce(nights.percent, 100) >= getvariable('min_coverage_percent')
