-- int_host_hours: in which hours of a day without written figures a host was in contact, over all its endpoints.
--
-- grain:   one row per (host, day, supports)
-- inputs:  stg_contacts, raw_unfigured
-- params:  none
-- notes:   slots and hours are gathered as bits, of each contact first and of
--          the host's day then: rows of single slots, grouped, take several times
--          as long. Where clocks go back a day has 25 hours, or 26; 28 are provided for.
with

bits as (
    select
        host_hi, host_lo, day, tier, supports,
        slots_as_bits(active_slots) as slots,
        hours_as_bits(active_slots) as hours
    from stg_contacts
    semi join raw_unfigured using (day)
    where len(active_slots) > 0
),

days as (
    select
        host_hi, host_lo, day, supports,
        bit_count(bit_or(slots)) as slots,
        bit_or(hours) as hour_bits,
        coalesce(bit_or(hours) filter (where tier = 'strong'), 0) as strong_hours
    from bits
    group by host_hi, host_lo, day, supports
)

select
    host_hi, host_lo, day, supports,
    slots,
    bit_count(hour_bits) as hours,
    bit_count(strong_hours) as strong_hours,
    hour_bits
from days
