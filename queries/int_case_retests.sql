-- int_case_retests: what the flows show after a unit finished its measure.
--
-- grain:   one row per (unit, host, round) that was finished
-- inputs:  int_cases, int_history_days, int_silences, int_watched_days
-- params:  window_to, clean_days
-- notes:   the day of the measure itself counts for neither: what it shows may
--          be from before. A clean day is one without contact, under an exclusion
--          or not, to which every exporter that saw the address is covered. Closed is a case with
--          clean_days of them before it was seen again.
with

finished as (
    select unit, host, round, finished_day
    from int_cases
    where finished_day is not null
),

again as (
    select
        finished.*,
        list_filter(seen.suspected_on, lambda day: day > finished.finished_day)[1] as seen_again,
        list_concat(seen.clues_on, seen.excluded_on) as contacts_on
    from finished
    left join int_history_days as seen on seen.kind = 'host' and seen.subject = finished.host
),

watchers as (
    select again.*, arg_max(silence.exporters, silence.day) as exporters
    from again
    left join int_silences as silence
        on silence.kind = 'host' and silence.subject = again.host
        and silence.day < coalesce(again.seen_again, getvariable('window_to') + 1)
    group by all
),

clean as (
    select watchers.unit, watchers.host, watchers.round, list_sort(list(watched.day)) as days
    from watchers
    join int_watched_days as watched
        on watched.exporters = watchers.exporters
        and watched.day > watchers.finished_day
        and watched.day < coalesce(watchers.seen_again, getvariable('window_to') + 1)
    where not list_contains(watchers.contacts_on, watched.day)
    group by watchers.unit, watchers.host, watchers.round
)

select
    watchers.unit,
    watchers.host,
    watchers.round,
    watchers.seen_again,
    coalesce(len(clean.days), 0)::integer as clean_days,
    clean.days[getvariable('clean_days')::bigint] as closed_on
from watchers
left join clean using (unit, host, round)
