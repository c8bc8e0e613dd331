-- mart_night_week_meetings: what each host met in the seven days up to the night's, for later rankings of many weeks.
--
-- grain:   one row per (host, pool address, pool port, protocol, tier, pool, coin, match)
-- inputs:  int_meetings
-- params:  day
select
    getvariable('day') as day,
    host,
    pool_port,
    proto,
    tier,
    pool,
    coin,
    match,
    supports,
    first_day,
    last_day,
    first_seen,
    last_seen,
    days::integer as days,
    hours::integer as hours,
    slots::integer as slots,
    to_bigint(packets_up) as packets_up,
    to_bigint(packets_down) as packets_down,
    to_bigint(bytes_up) as bytes_up,
    to_bigint(bytes_down) as bytes_down,
    max_concurrent,
    min_sampling_rate,
    max_sampling_rate,
    confidence,
    endpoints_1h,
    is_malware,
    is_nat,
    longest,
    negative,
    host_hi,
    host_lo,
    pool_hi,
    pool_lo
from int_meetings
order by host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, tier, pool, coin, match
