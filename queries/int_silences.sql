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

-- Where the next day is not the next one of the list: most are not asked further.
ends as (
    select
        kind, subject, host_hi, host_lo, suspected_on, clues_on, excluded_on,
        unnest(list_filter(range(1, len(suspected_on) + 1), lambda i:
            i = len(suspected_on) or suspected_on[i + 1] > suspected_on[i] + 1)) as i
    from int_history_days
),

silences as (
    select
        kind, subject, host_hi, host_lo, clues_on, excluded_on,
        suspected_on[i] as day,
        suspected_on[i + 1] as next_day,
        coalesce(next_day, getvariable('window_to') + 1) as ends_before
    from ends
),

-- A row a day: joined by equality, where a range would meet all days of a subject.
asked as (
    select kind, subject, host_hi, host_lo, day, day - unnest(range(7))::integer as seen_day
    from silences
),

suspected as (
    select host_hi, host_lo, unit, exporters, unnest(days) as day
    from int_past
    where state = 'suspected'
),

seen as (
    select asked.kind, asked.subject, asked.day, seen.exporters
    from asked
    join suspected as seen
        on seen.host_hi = asked.host_hi and seen.host_lo = asked.host_lo and seen.day = asked.seen_day
    union
    select asked.kind, asked.subject, asked.day, seen.exporters
    from asked
    join suspected as seen on seen.unit = asked.subject and seen.day = asked.seen_day
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
