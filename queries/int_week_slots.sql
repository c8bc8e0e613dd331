-- int_week_slots: traffic of the A and B hosts of each place with pools, in 5-minute bins.
--
-- grain:   one row per (city, county, day, slot) with traffic
-- inputs:  stg_counted, int_host_grades
-- params:  none
-- notes:   a contact's bytes are spread evenly over its active slots of the
--          day: a record gives no finer shape. In thousandths of a byte, whole
--          numbers: sums of them do not depend on the order of the rows. A
--          week has tens of millions of slots, so they are summed by the
--          number of a place, not by its names.
with

places as (
    select city, county, row_number() over () as place
    from (select distinct city, county from int_host_grades where grade in ('A', 'B'))
),

suspects as (
    select suspect.host_hi, suspect.host_lo, places.place
    from int_host_grades as suspect
    join places on places.city is not distinct from suspect.city and places.county is not distinct from suspect.county
    where suspect.grade in ('A', 'B')
),

contacts as (
    select
        suspects.place,
        contact.day,
        contact.active_slots,
        (contact.bytes_up + contact.bytes_down)::hugeint * 1000 // contact.slots as millibytes
    from stg_counted as contact
    join suspects on suspects.host_lo = contact.host_lo and suspects.host_hi = contact.host_hi
),

spread as (
    select place, day, unnest(active_slots) as slot, millibytes
    from contacts
),

summed as (
    select place, day, slot, sum(millibytes) as millibytes
    from spread
    group by place, day, slot
)

select places.city, places.county, summed.day, summed.slot, summed.millibytes
from summed
join places using (place)
