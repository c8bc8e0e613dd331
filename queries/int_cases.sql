-- int_cases: what was told and answered about an address, from the first notice until it was seen again.
--
-- grain:   one row per (unit, host, round)
-- inputs:  int_case_notices
-- params:  none
-- notes:   the last finding came at found_at; asked_again_by is until when the first
--          notice that was sent after it wants an answer of its own, and is_unapproved
--          says that nobody approved it.
with

noticed as (
    select
        *,
        max(received_at) filter (where class is not null) over (partition by unit, host, round) as found_at
    from int_case_notices
)

select
    unit,
    host,
    round,
    arg_min(notice_no, (notified_at, notice_no)) as notice_no,
    arg_min(week, (notified_at, notice_no)) as week,
    count(*) as notices,
    min(grade) as grade,
    arg_max(city, (notified_at, notice_no)) as city,
    arg_max(county, (notified_at, notice_no)) as county,
    min(notified_at) as notified_at,
    arg_min(locate_by, (notified_at, notice_no)) as locate_by,
    arg_min(report_by, (notified_at, notice_no)) as report_by,
    arg_max(class, (received_at, notice_no)) filter (where class is not null) as class,
    max(found_at) as found_at,
    arg_min(report_by, (notified_at, notice_no)) filter (where notified_at > found_at) as asked_again_by,
    min(located_at) as located_at,
    min(first_received_at) as first_received_at,
    max(received_at) as received_at,
    arg_max(finished_at, (received_at, notice_no)) filter (where finished_at is not null) as finished_at,
    arg_max(finished_day, (received_at, notice_no)) filter (where finished_day is not null) as finished_day,
    arg_max(approved_class, (approved_at, notice_no)) filter (where approved_class is not null) as approved_class,
    max(approved_at) as approved_at,
    coalesce(max(found_at) > max(approved_at), true) as is_unapproved
from noticed
group by unit, host, round
