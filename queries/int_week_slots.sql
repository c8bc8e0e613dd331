-- int_week_slots: traffic of the A and B hosts of each place with pools, in 5-minute bins.
--
-- grain:   one row per (city, county, day, slot) with traffic
-- inputs:  stg_counted, int_host_grades
-- params:  none
-- notes:   a contact's bytes are spread evenly over its active slots of the
--          day: a record gives no finer shape. In thousandths of a byte, whole
--          numbers: sums of them do not depend on the order of the rows. A
--          week has tens of millions of slots: those without a gap are not
--          looked at one by one, and the others are summed by the number of a
--          place, not by its names.
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
        up_and_down(contact.bytes_up, contact.bytes_down)::hugeint * 1000 // contact.slots as millibytes
    from stg_counted as contact
    join suspects on suspects.host_lo = contact.host_lo and suspects.host_hi = contact.host_hi
),

-- Slots without a gap are a step up at the first, and one down after the last.
steps as (
    select place, day, slot, sum(step) as step
    from (
        select place, day, active_slots[1] as slot, millibytes as step from contacts where is_unbroken(active_slots)
        union all
        select place, day, active_slots[-1] + 1, -millibytes from contacts where is_unbroken(active_slots)
    )
    group by place, day, slot
),

levels as (
    select
        place, day, slot,
        lead(slot) over (partition by place, day order by slot) as until,
        sum(step) over (partition by place, day order by slot) as millibytes
    from steps
),

spread as (
    select place, day, unnest(active_slots) as slot, millibytes from contacts where not is_unbroken(active_slots)
    union all
    select place, day, unnest(range(slot, until))::integer, millibytes from levels where millibytes > 0
),

summed as (
    select place, day, slot, sum(millibytes) as millibytes
    from spread
    group by place, day, slot
)

select places.city, places.county, summed.day, summed.slot, summed.millibytes
from summed
join places using (place)
