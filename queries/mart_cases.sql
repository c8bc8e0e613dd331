-- mart_cases: every address that a unit was told about: what it answered, in time or not, and how it stands.
--
-- grain:   one row per (unit, host, round); a round ends when the address is seen again after a measure
-- inputs:  int_cases, int_case_retests, int_excluded_now
-- params:  as_of, region_city, region_county
-- notes:   states, in the order in which they are decided:
--            recurred  seen again after the measure
--            closed    after the measure, clean_days clean days
--            excluded  a registered exclusion covers the address as of the report: an approved answer that calls it research or a false alarm, or one of the ledger
--            retest    the measure is done, the clean days are not yet full
--            overdue   no finding came back, and report_by has passed; or answer_by has
--            reported  a finding came back, without a finished measure
--            located   device and person are known, the finding is not
--            notified  nothing came back, and there is time
--          in_time is null while the time has not passed and nothing came. What
--          would exclude an address, or end its exclusion, waits for somebody to
--          approve it: until then class is what was approved before, if anything.
--          A notice that was sent after the last finding waits for one of its own, until
--          answer_by, as long as no measure is finished, nothing waits for approval and no
--          exclusion is in force; null = none waits. The deadlines and in_time are those
--          of the first notice: who left that unanswered has no time anew.
with

joined as (
    select
        cases.*,
        retest.seen_again,
        coalesce(retest.clean_days, 0) as clean_days,
        retest.closed_on,
        excluded.host is not null as is_excluded
    from int_cases as cases
    left join int_case_retests as retest using (unit, host, round)
    left join int_excluded_now as excluded using (host)
    where (getvariable('region_city') = '' or cases.city = getvariable('region_city'))
        and (getvariable('region_county') = '' or cases.county = getvariable('region_county'))
),

judged as (
    select
        *,
        is_unapproved and not is_excluded and class in ('research', 'false_alarm') as would_exclude,
        is_unapproved and is_excluded and approved_class in ('research', 'false_alarm') and class not in ('research', 'false_alarm') as would_end
    from joined
),

waiting as (
    select
        *,
        case when finished_day is null and not (is_excluded or would_exclude or would_end) then asked_again_by end as answer_by
    from judged
)

select
    unit,
    host,
    city,
    county,
    round + 1 as round,
    notice_no,
    week,
    notices::integer as notices,
    grade,
    case
        when seen_again is not null then 'recurred'
        when closed_on is not null then 'closed'
        when is_excluded then 'excluded'
        when finished_day is not null then 'retest'
        when case when class is null then report_by else answer_by end < getvariable('as_of') then 'overdue'
        when class is not null then 'reported'
        when located_at is not null then 'located'
        else 'notified'
    end as state,
    coalesce(case when would_end then approved_class else class end, '') as class,
    coalesce(case when would_exclude or would_end then class end, '') as pending_class,
    notified_at,
    locate_by,
    located_at,
    case
        when located_at is not null then located_at <= locate_by
        when class in ('research', 'false_alarm') then null -- there is no device to find
        when locate_by < getvariable('as_of') then false
    end as located_in_time,
    report_by,
    first_received_at as reported_at,
    case when first_received_at is not null then first_received_at <= report_by when report_by < getvariable('as_of') then false end as reported_in_time,
    answer_by,
    finished_at,
    clean_days,
    closed_on,
    seen_again
from waiting
order by notified_at, unit, host, round
