-- int_history_days: the days of each host and of each unit since it was first suspected.
--
-- grain:   one row per (kind, subject, day); kind is host or unit, subject the address or the unit's name
-- inputs:  int_host_days
-- params:  none
-- notes:   is_suspect: graded A or B; else a clue only. A unit's days are
--          those of the hosts that were suspected as its own: the clues of
--          others say nothing about whether it has stopped.
with

hosts as (
    select host_hi, host_lo, min(day) as first_day
    from int_host_days
    where is_suspect
    group by host_hi, host_lo
),

hosts_of_units as (
    select host_hi, host_lo, unit, min(day) as first_day
    from int_host_days
    where is_suspect and unit <> ''
    group by host_hi, host_lo, unit
),

units as (
    select days.*
    from int_host_days as days
    join hosts_of_units as since using (host_hi, host_lo, unit)
    where days.day >= since.first_day
),

unit_exporters as (
    select unit, day, string_agg(exporters, ',') as exporters
    from (select distinct unit, day, exporters from units where is_suspect)
    group by unit, day
),

unit_days as (
    select
        unit,
        day,
        bool_or(is_suspect) as is_suspect,
        min(grade) filter (where is_suspect) as grade
    from units
    group by unit, day
)

select
    'host' as kind,
    days.host as subject,
    days.day,
    days.is_suspect,
    case when days.is_suspect then days.grade end as grade,
    case when days.is_suspect then days.exporters end as exporters
from int_host_days as days
join hosts as since using (host_hi, host_lo)
where days.day >= since.first_day
union all
select 'unit', unit, day, is_suspect, grade, exporters
from unit_days
left join unit_exporters using (unit, day)
