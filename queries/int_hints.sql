-- int_hints: signs of why a host mines: questions for a visit, never a part of grade or score.
--
-- grain:   one row per host
-- inputs:  int_meetings, int_host_persistence, int_campaigns
-- params:  hint_min_days, hint_office_from, hint_office_until
-- notes:   campaign_units and campaign_hosts are of the widest wave that the
--          host began in; 0 = none. Of the coins, those count that the feed
--          states for the endpoints met: XMR is what hidden miners mine, others
--          need graphics cards or ASICs. failover = two or three endpoints of
--          one pool. Hours of the day are those of site.zone.
with

waves as (
    select
        contact.host_hi, contact.host_lo,
        max(struct_pack(campaign.units, campaign.hosts)) as widest
    from (
        select host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, min(first_day) as began
        from int_meetings
        where supports
        group by all
    ) as contact
    join int_campaigns as campaign
        on campaign.pool_lo = contact.pool_lo and campaign.pool_hi = contact.pool_hi
        and campaign.pool_port = contact.pool_port and campaign.proto = contact.proto
        and contact.began >= campaign.wave_from and contact.began <= campaign.wave_until
    group by all
),

pools as (
    select host_hi, host_lo, max(endpoints) as endpoints
    from (
        select host_hi, host_lo, pool, count(distinct (pool_hi, pool_lo, pool_port)) as endpoints
        from int_meetings
        where is_counted and pool <> '' and match = 'port'
        group by all
    )
    group by all
),

clock as (
    select
        host_hi, host_lo,
        contact_days as days,
        hours_of_day
    from int_host_persistence
),

contacts as (
    select
        host_hi, host_lo,
        bool_and(is_malware) as is_malware,
        count(coin) filter (where coin <> '') as coins,
        count(coin) filter (where coin = 'XMR') as monero,
        max(max_concurrent) as max_concurrent,
        bool_or(is_nat) as nat
    from int_meetings
    where is_counted
    group by all
)

select
    contacts.host_hi,
    contacts.host_lo,
    coalesce(waves.widest.units, 0)::integer as campaign_units,
    coalesce(waves.widest.hosts, 0)::integer as campaign_hosts,
    contacts.is_malware,
    contacts.coins > 0 and contacts.monero = contacts.coins as is_monero,
    contacts.coins > 0 and contacts.monero = 0 as is_hardware_coin,
    clock.days >= getvariable('hint_min_days')
        and list_min(clock.hours_of_day) >= getvariable('hint_office_from')
        and list_max(clock.hours_of_day) < getvariable('hint_office_until') as is_office_hours,
    clock.days >= getvariable('hint_min_days') and len(clock.hours_of_day) = 24 as is_around_the_clock,
    coalesce(pools.endpoints between 2 and 3, false) as has_failover,
    contacts.max_concurrent > 1 and not coalesce(contacts.nat, false) as is_several
from contacts
join clock using (host_hi, host_lo)
left join waves using (host_hi, host_lo)
left join pools using (host_hi, host_lo)
