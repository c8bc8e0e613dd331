-- int_told_before: what a unit was told about an address before a notice, and what it had answered by then.
--
-- grain:   one row per (notice, host) that is issued and of which an earlier notice told the unit
-- inputs:  raw_issued, int_case_notices, int_cases
-- params:  none
-- notes:   the inputs are as of a moment before the notices are sent, so that what came
--          later does not change a notice that is written again. The round is the one
--          that the notice is of: where it begins one, nothing stands. Else the deadline
--          of an earlier notice that nobody answered stands; who did not answer the first
--          has no time anew. is_waiting: the finding is to be approved first, and the unit
--          has nothing to return meanwhile.
with

earlier as (
    select
        issued.notice_no,
        issued.unit,
        issued.host,
        arg_max(told.notice_no, (told.notified_at, told.notice_no)) as told_no,
        max(told.notified_at) as told_at,
        count(*) as times,
        arg_max(told.class, (told.received_at, told.notice_no)) filter (where told.class is not null) as class,
        max(told.received_at) filter (where told.class is not null) as found_at,
        count(distinct told.finished_at) filter (where told.finished_until <= issued.last_seen)::integer as round,
        max(told.finished_day) filter (where told.finished_until <= issued.last_seen) as recurred_after
    from raw_issued as issued
    join int_case_notices as told
        on told.unit = issued.unit and told.host = issued.host and told.notice_no <> issued.notice_no
    group by issued.notice_no, issued.unit, issued.host
)

select
    earlier.notice_no,
    earlier.host,
    earlier.told_no,
    earlier.told_at,
    earlier.times::integer as times,
    coalesce(earlier.class, '') as class,
    earlier.found_at,
    coalesce(cases.is_unapproved and cases.class in ('research', 'false_alarm') and cases.finished_day is null, false) as is_waiting,
    earlier.round > 0 as is_recurrence,
    coalesce(earlier.recurred_after, cases.finished_day) as measured_on,
    case
        when cases.class is null then cases.report_by
        when cases.finished_day is not null then null
        when is_waiting then null
        else cases.asked_again_by
    end as stands_by
from earlier
left join int_cases as cases using (unit, host, round)
order by earlier.notice_no, earlier.host
