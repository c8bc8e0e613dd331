-- int_history_days: the days of each host and of each unit since it was first suspected.
--
-- grain:   one row per (kind, subject, day); kind is host or unit, subject the address or the unit's name
-- inputs:  int_host_days
-- params:  none
-- notes:   is_suspect: graded A or B; else a clue only. A unit's days are
--          those of the hosts that were suspected as its own: the clues of
--          others say nothing about whether it has stopped.
with

since as (
    select
        *,
        min(day) filter (where is_suspect) over (partition by host_hi, host_lo) as first_day,
        min(day) filter (where is_suspect) over (partition by host_hi, host_lo, unit) as first_day_of_unit
    from int_host_days
),

subjects as (
    select 'host' as kind, host as subject, day, grade, is_suspect, exporters
    from since
    where day >= first_day
    union all
    select 'unit', unit, day, grade, is_suspect, exporters
    from since
    where day >= first_day_of_unit and unit <> ''
)

select
    kind,
    subject,
    day,
    bool_or(is_suspect) as is_suspect,
    min(grade) filter (where is_suspect) as grade,
    count(*) filter (where is_suspect) as hosts,
    string_agg(distinct exporters, ',') filter (where is_suspect) as exporters
from subjects
group by kind, subject, day
