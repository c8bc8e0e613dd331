-- int_owners: whose each host was on its last counted day, as the night of the day wrote it.
--
-- grain:   one row per host
-- inputs:  int_meetings, stg_contacts
-- params:  none
-- notes:   apart from int_meetings, which would carry eight texts through
--          every contact of the window to keep those of one day.
with

latest as (
    select host_hi, host_lo, max(last_day) as day
    from int_meetings
    where is_counted
    group by host_hi, host_lo
)

select
    contact.host_hi,
    contact.host_lo,
    arg_max(
        struct_pack(unit, sector, city, county, contact, nat, excluded_reason, excluded_by),
        (contact.last_seen, pool_hi, pool_lo, pool_port)
    ) as owner
from stg_contacts as contact
join latest on latest.host_lo = contact.host_lo and latest.host_hi = contact.host_hi and latest.day = contact.day
group by contact.host_hi, contact.host_lo
