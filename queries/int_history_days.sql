-- int_history_days: the days of each host and of each unit since it was first suspected.
--
-- grain:   one row per (kind, subject) with a suspected day; kind is host or unit, subject the address or the unit's name
-- inputs:  int_owned_days
-- params:  none
-- notes:   lists of days in order, of which no day is in two: suspected_on,
--          graded A or B; excluded_on, in contact, but all that was, under a
--          registered exclusion; clues_on, in contact otherwise. A unit's days are
--          those of the hosts that were suspected as its own: the contacts of
--          others say nothing about whether it has stopped. last_grade is that of the
--          last suspected day, the best of a unit's; owner and place are of that day.
with

hosts as (
    select
        'host' as kind,
        any_value(host) as subject,
        host_hi,
        host_lo,
        list_sort(flatten(list(suspected_on))) as suspected_on,
        list_sort(flatten(list(clues_on))) as clues_on,
        list_sort(flatten(list(excluded_on))) as excluded_on,
        max(last_a) as last_a,
        1 as hosts,
        arg_max(struct_pack(unit, sector, city, county), suspected_on[-1]) as owner
    from int_owned_days
    group by host_hi, host_lo
),

units as (
    select
        'unit' as kind,
        unit as subject,
        null as host_hi,
        null as host_lo,
        list_sort(list_distinct(flatten(list(suspected_on)))) as suspected_on,
        list_sort(list_distinct(flatten(list(list_filter(clues_on, lambda day: day > suspected_on[1]))))) as clues_on,
        list_sort(list_distinct(flatten(list(list_filter(excluded_on, lambda day: day > suspected_on[1]))))) as excluded_on,
        max(last_a) as last_a,
        count(*) as hosts,
        arg_max(struct_pack(unit, sector, city, county), (suspected_on[-1], host_hi, host_lo)) as owner
    from int_owned_days
    where unit <> '' and suspected_on is not null
    group by unit
),

subjects as (
    from hosts
    where suspected_on is not null
    union all
    from units
)

select
    kind,
    subject,
    host_hi,
    host_lo,
    suspected_on,
    list_filter(clues_on, lambda day: day > suspected_on[1] and not list_contains(suspected_on, day)) as clues_on,
    list_filter(excluded_on, lambda day: day > suspected_on[1] and not list_contains(suspected_on, day) and not list_contains(clues_on, day)) as excluded_on,
    case when last_a is not null then 'A' else 'B' end as best_grade,
    case when last_a = suspected_on[-1] then 'A' else 'B' end as last_grade,
    hosts::integer as hosts,
    owner.*
from subjects
