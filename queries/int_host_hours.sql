-- int_host_hours: in which hours of which day a host was in contact, over all its endpoints.
--
-- grain:   one row per (host, day)
-- inputs:  stg_counted
-- params:  none
-- notes:   slots and hours are gathered as bits: a count of distinct ones takes
--          eight times as long. Where clocks go back a day has 25 hours, or 26; 28 are provided for.
with

slots as (
    select host_hi, host_lo, day, tier, unnest(active_slots) as slot
    from stg_counted
),

bits as (
    select
        host_hi, host_lo, day,
        bit_count(bitstring_agg(slot, 0, 335)) as slots,
        bit_or(1::bigint << (slot // 12)) as hours,
        coalesce(bit_or(1::bigint << (slot // 12)) filter (where tier = 'strong'), 0) as strong_hours
    from slots
    group by all
)

select
    host_hi, host_lo, day,
    slots,
    bit_count(hours) as hours,
    bit_count(strong_hours) as strong_hours,
    list_filter(range(28), lambda hour: (hours >> hour) & 1 = 1) as hours_of_day
from bits
