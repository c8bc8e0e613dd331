-- int_meetings: what each host met over the ranked days: its contacts, summed by endpoint and tier.
--
-- grain:   one row per (host, pool address, pool port, protocol, tier, pool, coin, match)
-- inputs:  stg_contacts, raw_week_meetings
-- params:  none
-- notes:   the one pass over the contacts of a window, and over what nights have
--          summed of theirs: what hosts are judged
--          by is gathered from these few rows. is_counted: as stg_counted has it.
--          longest and negative are the contact that lasted longest, for the
--          reasons of hosts without a strong contact.
with

contacts as (
    select
        host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, tier, pool, coin, match,
        any_value(supports) as supports,
        any_value(host) as host,
        min(day) as first_day,
        max(day) as last_day,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        count(*) as days,
        sum(hours) as hours,
        sum(slots) as slots,
        sum(packets_up) as packets_up,
        sum(packets_down) as packets_down,
        sum(bytes_up) as bytes_up,
        sum(bytes_down) as bytes_down,
        max(max_concurrent) as max_concurrent,
        min(sampling_rate) as min_sampling_rate,
        max(sampling_rate) as max_sampling_rate,
        max(confidence) as confidence,
        max(host_endpoints_1h) as endpoints_1h,
        bool_and(coalesce(evidence, '') = 'malware_report') as is_malware,
        bool_or(nat) as is_nat,
        max(struct_pack(duration_seconds, slots, confidence, pool_hi, pool_lo, pool_port, day, outside := days_outside, match))
            filter (where tier <> 'strong') as longest,
        max(struct_pack(duration_seconds, slots, pool_hi, pool_lo, pool_port, day, what := explained, marked_by))
            filter (where tier = 'negative') as negative
    from stg_contacts
    group by host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, tier, pool, coin, match
),

summed as (
    from contacts
    union all by name
    select * exclude (day) from raw_week_meetings
),

met as (
    select
        host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, tier, pool, coin, match,
        any_value(supports) as supports,
        any_value(host) as host,
        min(first_day) as first_day,
        max(last_day) as last_day,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        sum(days) as days,
        sum(hours) as hours,
        sum(slots) as slots,
        sum(packets_up) as packets_up,
        sum(packets_down) as packets_down,
        sum(bytes_up) as bytes_up,
        sum(bytes_down) as bytes_down,
        max(max_concurrent) as max_concurrent,
        min(min_sampling_rate) as min_sampling_rate,
        max(max_sampling_rate) as max_sampling_rate,
        max(confidence) as confidence,
        max(endpoints_1h) as endpoints_1h,
        bool_and(is_malware) as is_malware,
        bool_or(is_nat) as is_nat,
        max(longest) as longest,
        max(negative) as negative
    from summed
    group by host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, tier, pool, coin, match
)

select
    *,
    supports or not bool_or(supports) over (partition by host_hi, host_lo) as is_counted
from met
