-- int_silences: the days between two suspected days of a host or unit, and those since the last one, with who has to be covered in them.
--
-- grain:   one row per (kind, subject, suspected day that the next day is not)
-- inputs:  int_history_days, int_past
-- params:  window_to
-- notes:   next_day is null for the days up to the end of the window, also where
--          there are none. exporters are those that saw the subject on its
--          suspected days in the seven days before the silence: what they
--          cannot have missed, did not happen. contacts_on are the days of it
--          with contact all the same: clues, or under an exclusion.
with

days as (
    select
        kind, subject, host_hi, host_lo, clues_on, excluded_on,
        unnest(suspected_on) as day,
        unnest(list_append(suspected_on[2:], null)) as next_day
    from int_history_days
),

silences as (
    select *, coalesce(next_day, getvariable('window_to') + 1) as ends_before
    from days
    where next_day is null or next_day > day + 1
),

-- A row a day: joined by equality, where a range would meet all days of a subject.
asked as (
    select kind, subject, host_hi, host_lo, day, day - unnest(range(7))::integer as seen_day
    from silences
),

suspected as (
    select host_hi, host_lo, unit, exporters, unnest(days) as day, unnest(days[8:]) as eighth
    from int_past
    where state = 'suspected'
),

-- A day that seven more follow without a gap is in the seven before no silence.
last_seen as (
    select host_hi, host_lo, unit, exporters, day
    from suspected
    where eighth is null or eighth > day + 7
),

seen as (
    select asked.kind, asked.subject, asked.day, seen.exporters
    from asked
    join last_seen as seen
        on seen.host_hi = asked.host_hi and seen.host_lo = asked.host_lo and seen.day = asked.seen_day
    union
    select asked.kind, asked.subject, asked.day, seen.exporters
    from asked
    join last_seen as seen on seen.unit = asked.subject and seen.day = asked.seen_day
    where asked.kind = 'unit'
),

watchers as (
    select kind, subject, day, list_sort(list_distinct(flatten(list(string_split(exporters, ','))))) as exporters
    from seen
    group by kind, subject, day
)

select
    silence.kind,
    silence.subject,
    silence.day,
    silence.next_day,
    silence.ends_before,
    list_sort(list_filter(list_concat(silence.clues_on, silence.excluded_on), lambda contact:
        contact > silence.day and contact < silence.ends_before)) as contacts_on,
    array_to_string(watchers.exporters, ',') as exporters
from silences as silence
join watchers using (kind, subject, day)
