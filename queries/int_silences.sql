-- int_silences: the days between two suspected days of a host or unit, and those since the last one, with who has to be covered in them.
--
-- grain:   one row per (kind, subject, suspected day that the next day is not)
-- inputs:  int_history_days, int_host_days
-- params:  window_to
-- notes:   next_day is null for the days up to the end of the window, also where
--          there are none. exporters are those that saw the subject on its
--          suspected days in the seven days before the silence: what they
--          cannot have missed, did not happen.
with

suspected as (
    select kind, subject, list_sort(list(day)) as days
    from int_history_days
    where is_suspect
    group by kind, subject
),

-- Where the next day is not the next one of the list: most are not asked further.
ends as (
    select
        kind,
        subject,
        days,
        unnest(list_filter(range(1, len(days) + 1), lambda i: i = len(days) or days[i + 1] > days[i] + 1)) as i
    from suspected
),

silences as (
    select kind, subject, days[i] as day, days[i + 1] as next_day
    from ends
),

-- A row a day: joined by equality, where a range would meet all days of a subject.
asked as (
    select kind, subject, day, day - unnest(range(7))::integer as seen_day
    from silences
),

seen as (
    select asked.kind, asked.subject, asked.day, seen.exporters
    from asked
    join int_host_days as seen on seen.host = asked.subject and seen.day = asked.seen_day
    where asked.kind = 'host' and seen.is_suspect
    union
    select asked.kind, asked.subject, asked.day, seen.exporters
    from asked
    join int_host_days as seen on seen.unit = asked.subject and seen.day = asked.seen_day
    where asked.kind = 'unit' and seen.is_suspect
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
    coalesce(silence.next_day, getvariable('window_to') + 1) as ends_before,
    array_to_string(watchers.exporters, ',') as exporters
from silences as silence
join watchers using (kind, subject, day)
