-- mart_night_suspects: the suspects of one night: hosts in contact on the day itself.
--
-- grain:   one row per (day, host)
-- inputs:  mart_suspects, raw_contacts, int_answered_days
-- params:  day
-- notes:   graded by the last seven days, ranked among the hosts of the day.
with

today as (
    select distinct host_hi, host_lo
    from raw_contacts
    where day = getvariable('day')
)

select
    suspect.* replace (row_number() over (order by suspect.rank)::integer as rank),
    case when not answered.is_excluded then answered.exporters end as seen_by,
    case when not answered.is_excluded then answered.bytes end as answered_bytes,
    case when answered.is_excluded then answered.exporters end as excluded_seen_by
from mart_suspects as suspect
semi join today on today.host_hi = suspect.host_hi and today.host_lo = suspect.host_lo
left join int_answered_days as answered
    on answered.day = suspect.day and answered.host_hi = suspect.host_hi and answered.host_lo = suspect.host_lo
order by rank
