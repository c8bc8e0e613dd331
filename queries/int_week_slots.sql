-- int_week_slots: traffic of the A and B hosts of each region with pools, in 5-minute bins.
--
-- grain:   one row per (city, county, day, slot) with traffic
-- inputs:  int_counted, mart_suspects
-- params:  none
-- notes:   a contact's bytes are spread evenly over its active slots of the
--          day: a record gives no finer shape. In thousandths of a byte, whole
--          numbers: sums of them do not depend on the order of the rows.
with

spread as (
    select
        suspect.city,
        suspect.county,
        contact.day,
        unnest(contact.active_slots) as slot,
        (contact.bytes_up + contact.bytes_down)::hugeint * 1000 // contact.slots as millibytes
    from int_counted as contact
    join mart_suspects as suspect on suspect.host_lo = contact.host_lo and suspect.host_hi = contact.host_hi
    where suspect.grade in ('A', 'B')
)

select city, county, day, slot, sum(millibytes) as millibytes
from spread
group by all
