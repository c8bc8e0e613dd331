-- chk_contacts: contacts that cannot be.
--
-- grain:   one row per offending contact; none = pass
-- inputs:  mart_contacts
-- params:  day_start_ms, day_end_ms
with

counted as (
    select
        *,
        count(*) over (partition by day, host, pool_address, pool_port, proto) as copies
    from mart_contacts
)

select
    host,
    pool_address,
    pool_port,
    case
        when copies > 1 then 'the same contact twice'
        when last_seen < first_seen then 'ends before it begins'
        when duration_seconds < 0 or duration_seconds * 1000 > getvariable('day_end_ms') - getvariable('day_start_ms') then 'longer than the day'
        when slots < 1 or slots > 300 or hours < 1 or hours > 25 then 'slots or hours outside the day'
        when sessions < 1 then 'no session'
        when len(session_starts_ms) <> sessions then 'sessions and their times differ'
        when bytes_up < 0 or bytes_down < 0 or packets_up < 0 or packets_down < 0 then 'negative traffic'
    end as fault
from counted
where fault is not null
