-- mart_night_watched: the nights up to this one and who is covered on the day of each, for later histories to begin with.
--
-- grain:   one row per day with a night
-- inputs:  int_nights
-- params:  none
select day, percent, covered
from int_nights
order by day
