-- int_history_gaps: the days between two suspected days of a host or unit, and those since the last one.
--
-- grain:   one row per (kind, subject, suspected day that the next day is not)
-- inputs:  int_history_days, int_exporter_days
-- params:  window_from, window_to, clean_days, min_coverage_percent
-- notes:   a clean day has no contact beyond explained ones, and a night to
--          which every exporter that saw the subject in the seven days before
--          the gap is covered. What has no known sender may be anybody's: where
--          it is more than the day may lack, nobody's day is clean. clean_before
--          are the clean days before the window. A recurrence is a suspected
--          day after clean_days clean days; the days may be apart. next_day is
--          null for the days up to the end of the window.
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
),

gaps as (
    select
        kind,
        subject,
        day,
        next_day,
        coalesce(next_day, getvariable('window_to') + 1) as ends_before,
        list_sort(list_distinct(string_split(exporters, ','))) as exporters
    from suspected
    where next_day is null or next_day > day + 1
),

nights as (
    select
        day,
        coverage_percent(sum(records_stored), sum(records_lost) filter (where exporter = '')) as percent,
        list(exporter) filter (where is_covered and exporter <> '') as covered
    from int_exporter_days
    group by day
),

watched as (
    select sets.exporters, nights.day
    from (select distinct exporters from gaps) as sets
    join nights on list_has_all(nights.covered, sets.exporters)
    where coalesce(nights.percent, 100) >= getvariable('min_coverage_percent')
),

clean as (
    select
        gaps.kind,
        gaps.subject,
        gaps.day,
        count(*) as clean_days,
        count(*) filter (where watched.day < getvariable('window_from')) as clean_before
    from gaps
    join watched
        on watched.exporters = gaps.exporters
        and watched.day > gaps.day
        and watched.day < gaps.ends_before
    left join int_history_days as clue
        on clue.kind = gaps.kind and clue.subject = gaps.subject and clue.day = watched.day
    where clue.day is null
    group by gaps.kind, gaps.subject, gaps.day
)

select
    gaps.kind,
    gaps.subject,
    gaps.day,
    gaps.next_day,
    (gaps.ends_before - gaps.day - 1)::integer as gap_days,
    coalesce(clean.clean_days, 0)::integer as clean_days,
    coalesce(clean.clean_before, 0)::integer as clean_before,
    gaps.next_day is not null and coalesce(clean.clean_days, 0) >= getvariable('clean_days') as is_recurrence,
    array_to_string(gaps.exporters, ',') as exporters
from gaps
left join clean using (kind, subject, day)
