-- int_case_notices: every notice that was sent, with its answer, and the case that it belongs to.
--
-- grain:   one row per (notice, host)
-- inputs:  raw_notices, raw_feedback
-- params:  as_of, window_to
-- notes:   what a unit finished and a later notice saw again is a new case:
--          round counts the measures that were finished on a day before what the
--          notice tells: what the day of a measure itself shows may be from before
--          it. as_of is the moment that the report speaks of; what came later
--          does not count, and neither does what was told about later weeks: a report
--          that is written again for its answers stays one of its week.
with

told as (
    select
        notice.*,
        answer.class,
        answer.located_at,
        answer.finished_at,
        answer.finished_day,
        coalesce(answer.finished_until, answer.finished_at) as finished_until,
        answer.received_at,
        answer.first_received_at,
        coalesce(answer.approved_class, case when answer.approver is not null then answer.class end) as approved_class,
        coalesce(answer.approved_at, case when answer.approver is not null then answer.received_at end) as approved_at
    from raw_notices as notice
    left join raw_feedback as answer
        on answer.notice_no = notice.notice_no and answer.host = notice.host
        and answer.received_at <= getvariable('as_of')
    where notice.notified_at <= getvariable('as_of')
        and notice.week <= strftime(getvariable('window_to')::date, '%G-W%V')
)

select
    told.*,
    (
        select count(distinct earlier.finished_at)
        from told as earlier
        where earlier.unit = told.unit and earlier.host = told.host
            and earlier.notified_at < told.notified_at
            and earlier.finished_until <= told.last_seen
    )::integer as round
from told
