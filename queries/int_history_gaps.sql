-- int_history_gaps: the silences of hosts and units, and how many of their days are clean.
--
-- grain:   one row per (kind, subject, suspected day that the next day is not)
-- inputs:  int_silences, int_watched_days
-- params:  window_from, window_to, clean_days
-- notes:   a clean day is watched and has no contact, clues and contact under an
--          exclusion included.
--          clean_before are the clean days before the window. A recurrence is a
--          suspected day after clean_days clean days; the days may be apart.
--          was_gone: each day of a window before this one was clean, of which was
--          said then that the subject is gone.
with

clean_days as (
    select
        silence.kind,
        silence.subject,
        silence.day,
        -- Windows before this one, as many days each: 1 is the one that ends where it begins; 0 = in it.
        case
            when watched.day < getvariable('window_from')
                then 1 + (getvariable('window_from') - 1 - watched.day) // (getvariable('window_to') - getvariable('window_from') + 1)
            else 0
        end as windows_back,
        count(*) as days
    from int_silences as silence
    join int_watched_days as watched
        on watched.exporters = silence.exporters
        and watched.day > silence.day
        and watched.day < silence.ends_before
    where not list_contains(silence.contacts_on, watched.day)
    group by all
),

clean as (
    select
        kind,
        subject,
        day,
        sum(days) as clean_days,
        sum(days) filter (where windows_back > 0) as clean_before,
        bool_or(windows_back > 0 and days > getvariable('window_to') - getvariable('window_from')) as was_gone
    from clean_days
    group by kind, subject, day
)

select
    silence.kind,
    silence.subject,
    silence.day,
    silence.next_day,
    (silence.ends_before - silence.day - 1)::integer as gap_days,
    coalesce(clean.clean_days, 0)::integer as clean_days,
    coalesce(clean.clean_before, 0)::integer as clean_before,
    coalesce(clean.was_gone, false) as was_gone,
    silence.next_day is not null and coalesce(clean.clean_days, 0) >= getvariable('clean_days') as is_recurrence,
    silence.exporters
from int_silences as silence
left join clean using (kind, subject, day)
