-- int_silences: the days between two suspected days of a host or unit, and those since the last one, with who has to be covered in them.
--
-- grain:   one row per (kind, subject, suspected day that the next day is not)
-- inputs:  int_history_days
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

pairs as (
    select
        kind,
        subject,
        unnest(list_transform(range(1, len(days) + 1), lambda i: struct_pack(day := days[i], next_day := days[i + 1]))) as pair
    from suspected
),

silences as (
    select kind, subject, pair.day as day, pair.next_day as next_day
    from pairs
    where pair.next_day is null or pair.next_day > pair.day + 1
),

seen as (
    select distinct silence.kind, silence.subject, silence.day, seen.exporters
    from silences as silence
    join int_history_days as seen
        on seen.kind = silence.kind
        and seen.subject = silence.subject
        and seen.day >= silence.day - 6
        and seen.day <= silence.day
    where seen.is_suspect
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
