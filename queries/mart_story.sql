-- mart_story: the days of one host or unit from the first suspicion to the end of the window, in spells.
--
-- grain:   one row per spell of days that say the same
-- inputs:  int_history_days, int_silences, int_watched_days, int_history_gaps, int_past
-- params:  subject_kind, subject
-- notes:   state is suspected; clues: in contact, but too little; excluded: in
--          contact under a registered exclusion; clean: no contact, and every
--          exporter that saw it is covered; not_known: no contact was seen, and
--          one of them is not.
with

silent as (
    select
        unnest(generate_series(day + 1, ends_before - 1, interval 1 day))::date as day,
        exporters
    from int_silences
    where kind = getvariable('subject_kind') and subject = getvariable('subject')
),

own as (
    select *
    from int_history_days
    where kind = getvariable('subject_kind') and subject = getvariable('subject')
),

days as (
    select unnest(suspected_on) as day, 'suspected' as state, null as exporters
    from own
    union all
    select
        silent.day,
        case
            when list_contains(own.excluded_on, silent.day) then 'excluded'
            when list_contains(own.clues_on, silent.day) then 'clues'
            when watched.day is not null then 'clean'
            else 'not_known'
        end,
        silent.exporters
    from silent
    cross join own
    left join int_watched_days as watched on watched.exporters = silent.exporters and watched.day = silent.day
),

numbered as (
    select *, day - row_number() over (partition by state order by day)::integer as spell
    from days
),

contacts as (
    select unnest(days) as day, host, grade, unit, exporters
    from int_past
    where state = 'suspected'
        and case getvariable('subject_kind') when 'host' then host else unit end = getvariable('subject')
)

select
    min(numbered.day) as from_day,   -- first day of the spell
    max(numbered.day) as to_day,     -- last day
    count(distinct numbered.day)::integer as days,
    state,                           -- suspected, clues, excluded, clean, not_known
    coalesce(bool_or(gap.is_recurrence), false) as is_recurrence,
    coalesce(string_agg(distinct contacts.grade, ',' order by contacts.grade), '') as grades,
    count(distinct contacts.host)::integer as hosts,
    coalesce(string_agg(distinct contacts.unit, ',' order by contacts.unit) filter (where contacts.unit <> ''), '') as units,
    array_to_string(list_sort(list_distinct(string_split(string_agg(distinct coalesce(numbered.exporters, contacts.exporters), ','), ','))), ',') as exporters
from numbered
left join contacts on contacts.day = numbered.day and state = 'suspected'
left join int_history_gaps as gap
    on gap.kind = getvariable('subject_kind') and gap.subject = getvariable('subject') and gap.next_day = numbered.day
group by state, spell
order by from_day
