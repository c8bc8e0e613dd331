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
    select
        kind,
        subject,
        day,
        lead(day) over (partition by kind, subject order by day) as next_day,
        string_agg(exporters, ',') over (
            partition by kind, subject
            order by day
            range between interval 6 days preceding and current row
        ) as exporters
    from int_history_days
    where is_suspect
)

select
    kind,
    subject,
    day,
    next_day,
    coalesce(next_day, getvariable('window_to') + 1) as ends_before,
    array_to_string(list_sort(list_distinct(string_split(exporters, ','))), ',') as exporters
from suspected
where next_day is null or next_day > day + 1
