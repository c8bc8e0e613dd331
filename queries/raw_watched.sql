-- raw_watched: the shape of what a night keeps of the coverage of all nights up to its own, watched/day=*/.
--
-- grain:   one row per day with a night
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows; what mart_night_watched
--          writes. Read together with raw_past, of the same night: its last day is
--          the one from which on nights are asked themselves.
select
    null::date as day,          -- day of site.zone with a night
    null::double as percent,    -- of the records of the day, and of what is lost of no known sender, those that are in the lake; NULL = no receipt tells
    null::varchar[] as covered  -- addresses of the exporters that are covered on the day, in order
where false
