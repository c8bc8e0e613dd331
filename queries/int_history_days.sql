-- int_history_days: the days of each host and of each unit since it was first suspected.
--
-- grain:   one row per (kind, subject, day); kind is host or unit, subject the address or the unit's name
-- inputs:  int_host_days
-- params:  none
-- notes:   is_suspect: graded A or B; is_excluded: in contact, but all that was,
--          under a registered exclusion; else a clue only. A unit's days are
--          those of the hosts that were suspected as its own: the contacts of
--          others say nothing about whether it has stopped.
with

others as (
    select host, host_hi, host_lo, unit, day, is_excluded
    from int_host_days
    where not is_suspect
),

-- Only of those that have such days is it asked since when they are suspected.
hosts as (
    select host_hi, host_lo, min(day) as first_day
    from int_host_days
    semi join others using (host_hi, host_lo)
    where is_suspect
    group by host_hi, host_lo
),

hosts_of_units as (
    select host_hi, host_lo, unit, min(day) as first_day
    from int_host_days
    semi join others using (host_hi, host_lo, unit)
    where is_suspect and unit <> ''
    group by host_hi, host_lo, unit
),

units as (
    select unit, day, is_suspect, is_excluded, grade
    from int_host_days
    where is_suspect and unit <> ''
    union all
    select others.unit, others.day, false, others.is_excluded, null
    from others
    join hosts_of_units as since using (host_hi, host_lo, unit)
    where others.day >= since.first_day
)

select 'host' as kind, host as subject, day, is_suspect, is_excluded, grade
from int_host_days
where is_suspect
union all
select 'host', others.host, others.day, false, others.is_excluded, null
from others
join hosts as since using (host_hi, host_lo)
where others.day >= since.first_day
union all
select 'unit', unit, day, bool_or(is_suspect), bool_and(is_excluded), min(grade)
from units
group by unit, day
