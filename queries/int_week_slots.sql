-- int_week_slots: traffic of the A and B hosts with pools, in 5-minute bins.
--
-- grain:   one row per (day, slot) with traffic
-- inputs:  int_week_contacts
-- params:  none
-- notes:   a contact's bytes are spread evenly over its active slots of the
--          day: a record gives no finer shape. In thousandths of a byte, whole
--          numbers: sums of them do not depend on the order of the rows.
with

spread as (
    select
        day,
        unnest(active_slots) as slot,
        (bytes_up + bytes_down)::hugeint * 1000 // slots as millibytes
    from int_week_contacts
    where grade in ('A', 'B')
)

select day, slot, sum(millibytes) as millibytes
from spread
group by all
