-- int_host_grades: one line a host: its figures, its grade and what decided it.
--
-- grain:   one row per host
-- inputs:  int_meetings, int_owners, int_host_persistence
-- params:  a_min_days, a_min_day_seconds, a_min_week_hours, a_min_endpoint_hours, b_min_day_seconds, b_min_sampled_hours, b_medium_min_hours, b_medium_sampled_hours, rate_min_kbps, rate_max_kbps, min_confidence
-- notes:   A = strong contact on several days, an hour stitched in one of them
--          or enough active hours in seven days. B = strong contact of some
--          minutes, or (sampled) on the same endpoint in several hours; or
--          medium contact over many hours at a miner's rate. C = any other
--          contact that supports a grade; its longest contact says what holds
--          it back. X = none does; decided_by says why.
with

contacts as (
    select
        host_hi, host_lo,
        min(host) as host,
        len(list_distinct(list(struct_pack(pool_hi, pool_lo, pool_port)))) as pool_endpoints,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        to_bigint(sum(packets_up)) as packets_up,
        to_bigint(sum(packets_down)) as packets_down,
        to_bigint(sum(bytes_up)) as bytes_up,
        to_bigint(sum(bytes_down)) as bytes_down,
        max(max_concurrent) as max_concurrent,
        max(max_sampling_rate) as sampling_rate,
        max(confidence) as confidence,
        max(endpoints_1h) as endpoints_1h,
        max(longest) as longest,
        array_to_string(list_sort(list_distinct(list(coin) filter (coin <> '' and match = 'port'))), ',') as coins,
        array_to_string(list_sort(list_distinct(list(pool) filter (pool <> ''))), ',') as pools,
        coalesce(sum(days) filter (where tier = 'strong'), 0)::bigint as n_strong,
        coalesce(sum(days) filter (where tier = 'medium'), 0)::bigint as n_medium,
        coalesce(sum(days) filter (where tier = 'clue'), 0)::bigint as n_clue,
        to_bigint(sum(hours) filter (where tier = 'medium')) as medium_hours,
        coalesce(min(min_sampling_rate) filter (where tier = 'medium') > 1, false) as medium_sampled,
        sum(up_and_down(bytes_up, bytes_down)) filter (where tier = 'medium') * 8 / 1000.0
            / nullif(sum(slots) filter (where tier = 'medium') * 300, 0) as medium_kbps,
        sum(up_and_down(bytes_up, bytes_down)) * 8 / 1000.0 / nullif(sum(slots) * 300, 0) as kbps,
        bool_or(tier = 'research') as is_research,
        bool_or(tier = 'scanner') as is_scanner,
        max(negative) as negative,
        bool_or(tier = 'p2p') as is_p2p,
        bool_or(tier = 'cdn') as is_cdn,
        bool_or(tier = 'expired') as is_expired,
        bool_or(tier = 'unproven') as is_unproven
    from int_meetings
    where is_counted
    group by host_hi, host_lo
),

joined as (
    select
        contacts.*,
        coalesce(owner.unit, '') as unit,
        coalesce(owner.sector, '') as sector,
        coalesce(owner.city, '') as city,
        coalesce(owner.county, '') as county,
        coalesce(owner.contact, '') as contact,
        owner.nat,
        coalesce(owner.excluded_reason, '') as excluded_reason,
        coalesce(owner.excluded_by, '') as excluded_by,
        persistence.* exclude (host_hi, host_lo)
    from contacts
    join int_owners using (host_hi, host_lo)
    join int_host_persistence as persistence using (host_hi, host_lo)
),

decided as (
    select
        *,
        n_strong > 0
            and strong_days >= getvariable('a_min_days')
            and (max_strong_day_seconds >= getvariable('a_min_day_seconds')
                or (max_strong_hours_7d >= getvariable('a_min_week_hours')
                    and max_endpoint_hours >= getvariable('a_min_endpoint_hours'))) as is_a,
        n_strong > 0
            and (max_strong_day_seconds >= getvariable('b_min_day_seconds')
                or (sampling_rate > 1 and max_endpoint_hours >= getvariable('b_min_sampled_hours'))) as is_b_strong,
        n_medium > 0
            and medium_hours >= case when medium_sampled then getvariable('b_medium_sampled_hours') else getvariable('b_medium_min_hours') end
            and medium_kbps >= getvariable('rate_min_kbps')
            and medium_kbps <= getvariable('rate_max_kbps') as is_b_medium
    from joined
)

select
    * exclude (is_a, is_b_strong, is_b_medium, medium_sampled),
    case
        when is_a then 'A'
        when is_b_strong or is_b_medium then 'B'
        when n_strong + n_medium + n_clue > 0 then 'C'
        else 'X'
    end as grade,
    case
        when is_a then 'persistent'
        when is_b_strong then 'repeated'
        when is_b_medium then 'indirect'
        when n_strong > 0 then 'short'
        when n_clue + n_medium > 0 then
            case
                when longest.outside > 0 then 'outside_window'
                when is_web_port(longest.pool_port) then 'web_port'
                when longest.match = 'address' then 'address_only'
                when longest.match = 'other_port' then 'other_port'
                when longest.confidence < getvariable('min_confidence') then 'weak_entry'
                else 'shared'
            end
        when is_research then 'research'
        when is_scanner then 'scanner'
        when negative is not null then 'negative'
        when is_p2p then 'p2p'
        when is_cdn then 'cdn'
        when is_expired then 'expired'
        when is_unproven then 'unproven'
        else 'one_way'
    end as decided_by
from decided
