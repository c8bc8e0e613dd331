-- doc_newly_seen: an example: hosts whose first contact lies on the newest night.
--
-- grain:   one row per host
-- inputs:  view_contacts
-- params:  none
with

hosts as (
    select
        host,
        min(day) as first_day,
        any_value(unit) as unit,
        string_agg(distinct pool, ',' order by pool) as pools
    from view_contacts
    where established
    group by host
)

select *
from hosts
where first_day = (select max(day) from view_contacts)
order by host
