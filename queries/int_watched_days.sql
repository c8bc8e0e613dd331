-- int_watched_days: the days on which what a set of exporters did not show did not happen.
--
-- grain:   one row per (exporters, day with a night to which each of them is covered)
-- inputs:  int_silences, int_nights
-- params:  min_coverage_percent
-- notes:   what has no known sender may be anybody's: where more of it is lost
--          than a day may lack, the day counts for no set.
select sets.exporters, nights.day
from (select distinct exporters from int_silences) as sets
join int_nights as nights on list_has_all(nights.covered, string_split(sets.exporters, ','))
where coalesce(nights.percent, 100) >= getvariable('min_coverage_percent')
