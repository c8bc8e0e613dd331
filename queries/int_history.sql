-- int_history: what became of each host and unit that was ever suspected, in the window against all days before.
--
-- grain:   one row per (kind, subject) with a suspected day up to the end of the window
-- inputs:  int_history_days, int_history_gaps, int_nights
-- params:  window_from, window_to, clean_days
-- notes:   statuses, in the order in which they are decided:
--            new         first suspected in the window
--            recurred    suspected in the window after clean_days clean days
--            continuing  suspected in the window, and before it with fewer days between than clean_days
--            gone        not suspected in the window, and each of its days is clean
--            not_known   none of these can be said; unknown_because tells why:
--              no_history   first suspected in the window, but the nights do not reach back one window more, or none was run in that one
--              gap          suspected again after clean_days days or more, too few of them clean
--              excluded     not suspected in the window, but still in contact, at last under a registered exclusion
--              clues        not suspected in the window, but still in contact
--              not_covered  not suspected in the window, and an exporter that saw it was not covered
with

days as (
    select
        * exclude (suspected_on, clues_on, excluded_on),
        suspected_on[1] as first_day,
        suspected_on[-1] as last_day,
        list_filter(suspected_on, lambda day: day < getvariable('window_from'))[-1] as last_before,
        len(suspected_on) as days_seen,
        len(list_filter(suspected_on, lambda day: day >= getvariable('window_from'))) as days_in_window,
        len(clues_on) as days_of_clues,
        len(excluded_on) as days_excluded,
        coalesce(greatest(clues_on[-1], excluded_on[-1]) >= getvariable('window_from'), false) as has_contact,
        coalesce(clues_on[-1] < excluded_on[-1], len(clues_on) = 0) as is_excluded
    from int_history_days
),

gaps as (
    select
        kind,
        subject,
        count(*) filter (where is_recurrence) as recurrences,
        count(*) filter (where is_recurrence and next_day >= getvariable('window_from')) as recurrences_in_window,
        any_value(gap) filter (where gap.day < getvariable('window_from')
            and coalesce(gap.next_day, getvariable('window_from')) >= getvariable('window_from')) as across,
        any_value(exporters) filter (where next_day is null) as exporters
    from int_history_gaps as gap
    group by kind, subject
),

nights as (
    select coalesce(
        getvariable('window_from') - min(day) > getvariable('window_to') - getvariable('window_from')
            and bool_or(day < getvariable('window_from')
                and getvariable('window_from') - day <= getvariable('window_to') - getvariable('window_from') + 1),
        false) as has_history
    from int_nights
),

joined as (
    select
        days.*,
        gaps.exporters,
        gaps.recurrences,
        gaps.recurrences_in_window,
        coalesce(across.gap_days, 0) as gap_days,
        coalesce(across.clean_days, 0) as clean_days,
        coalesce(across.clean_before, 0) as clean_before,
        coalesce(across.was_gone, false) as was_gone,
        nights.has_history
    from days
    join gaps using (kind, subject)
    cross join nights
),

decided as (
    select
        *,
        case
            when first_day >= getvariable('window_from') then case when has_history then 'new' else 'no_history' end
            when recurrences_in_window > 0 then 'recurred'
            when days_in_window > 0 then case when gap_days < getvariable('clean_days') then 'continuing' else 'gap' end
            when has_contact then case when is_excluded then 'excluded' else 'clues' end
            when clean_days - clean_before = getvariable('window_to') - getvariable('window_from') + 1 then 'gone'
            else 'not_covered'
        end as outcome
    from joined
)

select
    kind,
    subject,
    case when outcome in ('new', 'recurred', 'continuing', 'gone') then outcome else 'not_known' end as status,
    case when outcome in ('new', 'recurred', 'continuing', 'gone') then '' else outcome end as unknown_because,
    first_day,
    last_day,
    last_before,
    days_seen::integer as days_seen,
    days_in_window::integer as days_in_window,
    days_of_clues::integer as days_of_clues,
    days_excluded::integer as days_excluded,
    gap_days,
    clean_days,
    clean_before,
    was_gone,
    recurrences::integer as recurrences,
    best_grade,
    last_grade,
    exporters,
    hosts,
    unit,
    sector,
    city,
    county,
    host_hi,
    host_lo
from decided
