-- stg_contacts: the contacts of the ranked days, each with the tier that it can support.
--
-- grain:   one row per (day, host, pool address, pool port, protocol)
-- inputs:  raw_contacts
-- params:  window_from, window_to, scan_min_endpoints, scan_max_session_seconds, scan_max_session_packets, a_min_day_seconds, b_min_day_seconds, min_confidence, clue_min_confidence, window_grace_days
-- notes:   tiers in the order in which they are decided:
--            research   a registered exclusion covers the host that day
--            scanner    the host probed pools that day, and this contact was short
--            negative   a negative list says what the address is instead of a pool
--            p2p        a coin node, not a pool
--            one_way    no answer: a closed door is no contact
--            cdn        a shared address on a web port: the page of somebody else
--            expired    long outside the entry's window, and not its own Stratum port
--            unproven   an entry that hardly anybody vouches for, and a short contact
--            strong     address, port and window agree, dedicated, not a web port
--            medium     a dedicated pool on 443, or a listed address without a port on a non-web port
--            clue       everything else that was established
select
    *,
    case
        when excluded_reason is not null then 'research'
        when host_endpoints_1h >= getvariable('scan_min_endpoints')
            and host_median_session_seconds < getvariable('scan_max_session_seconds')
            and host_median_session_packets <= getvariable('scan_max_session_packets')
            and duration_seconds < getvariable('a_min_day_seconds') then 'scanner'
        when explained is not null then 'negative'
        when role = 'p2p' or is_p2p_port(pool_port) then 'p2p'
        when not established then 'one_way'
        when shared <> 'none' and is_web_port(pool_port) then 'cdn'
        when days_outside > getvariable('window_grace_days')
            and (match <> 'port' or is_web_port(pool_port)) then 'expired'
        when confidence < getvariable('clue_min_confidence')
            and duration_seconds < getvariable('b_min_day_seconds') then 'unproven'
        when match = 'port' and days_outside = 0 and shared = 'none'
            and confidence >= getvariable('min_confidence')
            and not is_web_port(pool_port) and coalesce(role, '') <> 'web' then 'strong'
        when match = 'port' and days_outside = 0 and shared = 'none'
            and confidence >= getvariable('min_confidence')
            and pool_port = 443 and coalesce(role, '') not in ('web', 'proxy') then 'medium'
        when match = 'address' and days_outside = 0 and shared = 'none'
            and confidence >= getvariable('clue_min_confidence')
            and not is_web_port(pool_port) and coalesce(role, '') <> 'web' then 'medium'
        else 'clue'
    end as tier,
    tier in ('strong', 'medium', 'clue') as supports
from raw_contacts
where day >= getvariable('window_from')
    and day <= getvariable('window_to')
