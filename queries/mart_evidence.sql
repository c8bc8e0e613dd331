-- mart_evidence: the named reasons behind each host's grade and score.
--
-- grain:   one row per (host, evidence)
-- inputs:  int_host_grades, int_hints
-- params:  a_min_days, a_min_day_seconds, a_min_week_hours, scan_min_endpoints, min_confidence, rate_min_kbps, rate_max_kbps, full_days, full_hours, full_day_seconds, points_days, points_hours, points_duration, points_confidence, points_rhythm, points_rate, points_concurrency, campaign_min_units, campaign_days, hint_min_signs
-- notes:   the score is the sum of points: the grade's floor (A 75, B 50, C 25,
--          X 0) plus at most 25 from the figures, so no figure lifts a host
--          over its grade. The grade rests on strong contact alone, the figures on
--          all contact that supports a grade: where the days differ, they say so.
--          Evidence with 0 points explains or limits; what is named hint_ asks
--          whoever visits, says so, and is given for A and B alone.
with

host as (
    select
        *,
        case grade when 'A' then 75 when 'B' then 50 when 'C' then 25 else 0 end as grade_points,
        case when grade = 'X' then 0 else 1 end as counts,
        up_and_down(bytes_up, bytes_down) as bytes
    from int_host_grades
),

-- Signs of an infection and of intent, each as a text; NULL where it is missing.
signs as (
    select
        host.host,
        hint.campaign_units,
        hint.campaign_hosts,
        list_filter([
            case when hint.campaign_units > 0 then 'began together with other units' end,
            case when hint.is_malware then 'met only endpoints of malware reports' end,
            case when hint.is_monero then 'mines what hidden miners mine' end,
            case when hint.is_office_hours then 'active in office hours only' end
        ], lambda sign: sign is not null) as passive,
        list_filter([
            case when hint.is_hardware_coin then 'mines coins that need graphics cards or ASICs' end,
            case when hint.is_around_the_clock then 'active around the clock' end,
            case when hint.has_failover then 'has spare endpoints of one pool' end,
            case when hint.is_several then 'several connections at once' end
        ], lambda sign: sign is not null) as active
    from host
    join int_hints as hint using (host_hi, host_lo)
    where host.grade in ('A', 'B')
),

evidence as (
    select
        host, 1 as position, 'grade' as evidence,
        grade_points::double as value,
        grade_points::double as threshold,
        grade_points::double as points,
        case decided_by
            when 'persistent' then format('pool contact on {} days, up to {} min stitched in one day, {} active hours in 7 days, by listed address and port', strong_days, (max_strong_day_seconds / 60)::bigint, max_strong_hours_7d)
            when 'repeated' then format('pool contact on {} days, up to {} min stitched in one day, {} active hours in 7 days, by listed address and port', strong_days, (max_strong_day_seconds / 60)::bigint, max_strong_hours_7d)
            when 'indirect' then format('listed without port or on 443, {} active hours at {:.2f} kbit/s', medium_hours, medium_kbps)
            when 'short' then format('pool port met, but only {} s', duration_seconds::bigint)
            when 'outside_window' then format('met {:.1f} days outside the window of the feed entry', longest.outside)
            when 'web_port' then 'listed address on a web port: may be the pool''s page'
            when 'address_only' then 'the feed names the address without a port'
            when 'other_port' then 'the feed lists the address, but with other ports'
            when 'weak_entry' then format('the feed entry has confidence {}', longest.confidence)
            when 'shared' then 'a shared (CDN, VPN, hosting) address'
            when 'research' then concat('registered exclusion: ', excluded_reason, case when excluded_by = '' then '' else concat(' (approved by ', excluded_by, ')') end)
            when 'scanner' then format('probed {} pool endpoints within an hour in short sessions', endpoints_1h)
            when 'negative' then concat(
                case negative.what
                    when 'own' then 'an address of the watched network and no pool outside, by '
                    when 'sinkhole' then 'a sinkhole and not a pool, by the list '
                    when 'resolver' then 'a DNS resolver and not a pool, by the list '
                    else 'listed as a pool by mistake, by the list '
                end,
                negative.marked_by)
            when 'p2p' then 'peer of a coin''s node network, not a pool'
            when 'cdn' then 'shared (CDN) address on a web port'
            when 'expired' then format('feed entry expired: {:.0f} days outside its window', longest.outside)
            when 'unproven' then format('feed entry hardly vouched for (confidence {}) and a short contact', longest.confidence)
            else 'no answer: connection attempts only'
        end as reason
    from host
    union all
    select
        host, 2, 'contact_days', contact_days, getvariable('a_min_days'),
        counts * getvariable('points_days') * least(contact_days / getvariable('full_days'), 1),
        case
            when strong_days > 0 and strong_days < contact_days
                then format('in contact on {} days, on {} of them by weaker matches only', contact_days, contact_days - strong_days)
            else format('in contact on {} days', contact_days)
        end
    from host
    union all
    select
        host, 3, 'contact_hours', contact_hours, getvariable('a_min_week_hours'),
        counts * getvariable('points_hours') * least(contact_hours / getvariable('full_hours'), 1),
        format('{} active hours, {} active 5-minute slots', contact_hours, contact_slots)
    from host
    union all
    select
        host, 4, 'duration', duration_seconds, getvariable('a_min_day_seconds'),
        counts * getvariable('points_duration') * least(duration_seconds / contact_days / getvariable('full_day_seconds'), 1),
        format('{} sessions, {} min stitched', sessions, (duration_seconds / 60)::bigint)
    from host
    union all
    select
        host, 5, 'feed_confidence', confidence, getvariable('min_confidence'),
        counts * getvariable('points_confidence') * confidence / 100.0,
        format('best feed entry has confidence {}', confidence)
    from host
    union all
    select
        host, 6, 'daily_rhythm', distinct_hours_of_day, 24,
        counts * getvariable('points_rhythm') * distinct_hours_of_day / 24.0,
        format('active in {} of 24 hours of the day', distinct_hours_of_day)
    from host
    union all
    select
        host, 7, 'rate', round(kbps, 3), getvariable('rate_max_kbps'),
        counts * case when kbps >= getvariable('rate_min_kbps') and kbps <= getvariable('rate_max_kbps') then getvariable('points_rate') else 0 end,
        format(case when kbps >= getvariable('rate_min_kbps') and kbps <= getvariable('rate_max_kbps')
            then '{:.2f} kbit/s while active (a miner''s rate: {} to {})'
            else '{:.2f} kbit/s while active (outside of a miner''s rate: {} to {})' end,
            kbps, getvariable('rate_min_kbps'), getvariable('rate_max_kbps'))
    from host
    where kbps is not null
    union all
    select
        host, 8, 'concurrency', max_concurrent, 2,
        counts * getvariable('points_concurrency') * least(greatest(max_concurrent - 1, 0) / 4.0, 1),
        format('at least {} connections to one endpoint at once', max_concurrent)
    from host
    where max_concurrent > 1
    union all
    select
        host, 9, 'sampled', sampling_rate, 1, 0,
        format('seen by an exporter that samples 1 in {}: traffic is an estimate, duration a lower bound', sampling_rate)
    from host
    where sampling_rate > 1
    union all
    select
        host, 10, 'nat', 1, 1, 0,
        'a gateway according to the ledger: the devices behind it are not known'
    from host
    where nat
    union all
    select
        host, 11, 'also_scanned', endpoints_1h, getvariable('scan_min_endpoints'), 0,
        format('the address also met {} pool endpoints within an hour', endpoints_1h)
    from host
    where grade <> 'X' and endpoints_1h >= getvariable('scan_min_endpoints')
    union all
    select
        host, 12, 'no_owner', 0, 0, 0,
        'no unit in the ledger owns this address'
    from host
    where unit = ''
    union all
    select
        host, 13, 'hint_campaign', campaign_units, getvariable('campaign_min_units'), 0,
        format('hint of a campaign, to be verified: {} addresses of {} units began to meet one rare endpoint within {} days', campaign_hosts, campaign_units, getvariable('campaign_days')::integer)
    from signs
    where campaign_units > 0
    union all
    select
        host, 14, 'hint_passive', len(passive), getvariable('hint_min_signs'), 0,
        concat('hint of passive mining (infection), to be verified: ', array_to_string(passive, ', '))
    from signs
    where len(passive) >= getvariable('hint_min_signs')
    union all
    select
        host, 15, 'hint_active', len(active), getvariable('hint_min_signs'), 0,
        concat('hint of active mining (intent), to be verified: ', array_to_string(active, ', '))
    from signs
    where len(active) >= getvariable('hint_min_signs')
)

select
    host,
    evidence,
    position::integer as position,
    -- Sums of doubles depend on their order; below a millisecond there is nothing.
    round(value::double, 3) as value,
    threshold::double as threshold,
    round(points, 2)::double as points,
    singular(reason) as reason
from evidence
order by host, position
