-- int_history_gaps: the silences of hosts and units, and how many of their days are clean.
--
-- grain:   one row per (kind, subject, suspected day that the next day is not)
-- inputs:  int_silences, int_watched_days
-- params:  window_from, clean_days
-- notes:   a clean day is watched and has no contact, clues and contact under an
--          exclusion included.
--          clean_before are the clean days before the window. A recurrence is a
--          suspected day after clean_days clean days; the days may be apart.
with

clean as (
    select
        silence.kind,
        silence.subject,
        silence.day,
        count(*) as clean_days,
        count(*) filter (where watched.day < getvariable('window_from')) as clean_before
    from int_silences as silence
    join int_watched_days as watched
        on watched.exporters = silence.exporters
        and watched.day > silence.day
        and watched.day < silence.ends_before
    where not list_contains(silence.contacts_on, watched.day)
    group by silence.kind, silence.subject, silence.day
)

select
    silence.kind,
    silence.subject,
    silence.day,
    silence.next_day,
    (silence.ends_before - silence.day - 1)::integer as gap_days,
    coalesce(clean.clean_days, 0)::integer as clean_days,
    coalesce(clean.clean_before, 0)::integer as clean_before,
    silence.next_day is not null and coalesce(clean.clean_days, 0) >= getvariable('clean_days') as is_recurrence,
    silence.exporters
from int_silences as silence
left join clean using (kind, subject, day)
