-- int_owners: whose each host was on its last counted day, as the night of the day wrote it.
--
-- grain:   one row per host
-- inputs:  int_meetings, stg_contacts, raw_week_figures
-- params:  none
-- notes:   apart from int_meetings, which would carry eight texts through
--          every contact of the window to keep those of one day.
with

latest as (
    select host_hi, host_lo, max(last_day) as day
    from int_meetings
    where is_counted
    group by host_hi, host_lo
),

owned as (
    select
        host_hi, host_lo, day, last_seen, pool_hi, pool_lo, pool_port,
        struct_pack(unit, sector, city, county, contact, nat, excluded_reason, excluded_by) as owner
    from stg_contacts
    union all
    select
        host_hi, host_lo, last_day, null, null, null, null,
        struct_pack(unit, sector, city, county, contact, nat, excluded_reason, excluded_by)
    from raw_week_figures
)

select
    owned.host_hi,
    owned.host_lo,
    arg_max(owner, (owned.last_seen, pool_hi, pool_lo, pool_port)) as owner
from owned
join latest on latest.host_lo = owned.host_lo and latest.host_hi = owned.host_hi and latest.day = owned.day
group by owned.host_hi, owned.host_lo
