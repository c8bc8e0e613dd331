-- int_host_hours: in which hours of which day a host was in contact, over all its endpoints.
--
-- grain:   one row per (host, day)
-- inputs:  stg_counted
-- params:  none
-- notes:   slots and hours are gathered as bits: a count of distinct ones takes
--          many times as long. Where clocks go back a day has 25 hours, or 26; 28 are provided for.
with

contacts as (
    select host_hi, host_lo, day, tier, slots_as_bits(active_slots) as slots, hours_as_bits(active_slots) as hours
    from stg_counted
    where len(active_slots) > 0
),

bits as (
    select
        host_hi, host_lo, day,
        bit_count(bit_or(slots)) as slots,
        bit_or(hours) as hours,
        coalesce(bit_or(hours) filter (where tier = 'strong'), 0) as strong_hours
    from contacts
    group by all
)

select
    host_hi, host_lo, day,
    slots,
    bit_count(hours) as hours,
    bit_count(strong_hours) as strong_hours,
    list_filter(range(28), lambda hour: (hours >> hour) & 1 = 1) as hours_of_day
from bits
