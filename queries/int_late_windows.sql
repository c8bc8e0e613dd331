-- int_late_windows: the endpoints of the feed that the night of a day did not know, or did not know so well.
--
-- grain:   one row per endpoint, window and standing
-- inputs:  int_feed_windows, raw_known
-- params:  day_start_ms, day_end_ms, window_grace_days, min_confidence
-- notes:   an endpoint is known if the night had it with an entry that is as
--          good for this day: its window covers as much of the day, and as much
--          of it with the days of grace, its confidence is as high or enough
--          for a suspect, and it was not taken for shared if it is not. What
--          says nothing of the day is left out.
with

reaching as (
    select
        *,
        getvariable('window_grace_days') * 86400000 as grace_ms,
        greatest(valid_from_ms, getvariable('day_start_ms')) as from_ms,
        least(valid_until_ms, getvariable('day_end_ms') - 1) as until_ms
    from int_feed_windows
    where valid_from_ms - getvariable('window_grace_days') * 86400000 < getvariable('day_end_ms')
        and valid_until_ms + getvariable('window_grace_days') * 86400000 >= getvariable('day_start_ms')
)

select entry.* exclude (grace_ms, from_ms, until_ms)
from reaching as entry
anti join raw_known as known
    on known.first_lo = entry.first_lo and known.first_hi = entry.first_hi
    and known.last_lo = entry.last_lo and known.last_hi = entry.last_hi
    and known.port = entry.port and known.proto = entry.proto
    and known.confidence >= least(entry.confidence, getvariable('min_confidence'))
    and (known.is_dedicated or not entry.is_dedicated)
    and (entry.from_ms > entry.until_ms or (known.valid_from_ms <= entry.from_ms and known.valid_until_ms >= entry.until_ms))
    and known.valid_from_ms - entry.grace_ms <= greatest(entry.valid_from_ms - entry.grace_ms, getvariable('day_start_ms'))
    and known.valid_until_ms + entry.grace_ms >= least(entry.valid_until_ms + entry.grace_ms, getvariable('day_end_ms') - 1)
