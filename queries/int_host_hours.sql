-- int_host_hours: in which hours of which day a host was in contact, over all its endpoints.
--
-- grain:   one row per (host, day)
-- inputs:  int_counted
-- params:  none
-- notes:   slots and hours are gathered as bits, of each contact first and of
--          the host's day then: rows of single slots, grouped, take several times
--          as long. Where clocks go back a day has 25 hours, or 26; 28 are provided for.
with

bits as (
    select
        host_hi, host_lo, day, tier,
        list_aggregate(active_slots, 'bitstring_agg', 0, 335) as slots,
        list_bit_or(list_transform(active_slots, lambda slot: 1::bigint << (slot // 12))) as hours
    from int_counted
    where len(active_slots) > 0
),

days as (
    select
        host_hi, host_lo, day,
        bit_count(bit_or(slots)) as slots,
        bit_or(hours) as hours,
        coalesce(bit_or(hours) filter (where tier = 'strong'), 0) as strong_hours
    from bits
    group by host_hi, host_lo, day
)

select
    host_hi, host_lo, day,
    slots,
    bit_count(hours) as hours,
    bit_count(strong_hours) as strong_hours,
    list_filter(range(28), lambda hour: (hours >> hour) & 1 = 1) as hours_of_day
from days
