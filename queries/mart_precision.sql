-- mart_precision: how often a suspicion proved right, by grade and by feed source.
--
-- grain:   one row per (kind, name); kind is grade or source
-- inputs:  int_case_notices
-- params:  none
-- notes:   an address counts once, with the last finding about it. Active,
--          passive and research confirm that there was mining; a false alarm
--          denies it; of what was not found nothing is known, and it counts for
--          neither. Who answers chooses what to answer first, so this is no
--          sample.
with

answered as (
    select
        unit,
        host,
        arg_max(grade, (received_at, notice_no)) as grade,
        arg_max(feed_sources, (received_at, notice_no)) as feed_sources,
        arg_max(class, (received_at, notice_no)) as class
    from int_case_notices
    where class is not null
    group by unit, host
),

counted as (
    select 'grade' as kind, grade as name, class from answered
    union all
    select 'source', unnest(string_split(feed_sources, ',')), class from answered
)

select
    kind,
    name,
    count(*) filter (where class = 'active')::integer as active,
    count(*) filter (where class = 'passive')::integer as passive,
    count(*) filter (where class = 'research')::integer as research,
    count(*) filter (where class = 'false_alarm')::integer as false_alarms,
    count(*) filter (where class = 'not_found')::integer as not_found,
    100.0 * count(*) filter (where class in ('active', 'passive', 'research'))
        / nullif(count(*) filter (where class in ('active', 'passive', 'research', 'false_alarm')), 0) as precision_percent
from counted
where name <> ''
group by kind, name
order by kind, name
