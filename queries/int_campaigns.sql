-- int_campaigns: pool endpoints that hosts of several units began to meet within a few days.
--
-- grain:   one row per pool endpoint and protocol: its widest wave
-- inputs:  int_meetings, int_owners
-- params:  campaign_days, campaign_min_units, campaign_min_percent
-- notes:   a host begins on its first day at the endpoint; who was there on the
--          first day of all that was read began before, for all we know. Rare =
--          most hosts that met the endpoint began in the wave: a pool of a size
--          has guests of before. Only contacts that support a grade count.
--          A host is of the unit that owned it last.
with

starts as (
    select
        pool_hi, pool_lo, pool_port, proto, host_hi, host_lo,
        min(first_day) as began,
        any_value(coalesce(owner.unit, '')) as unit
    from int_meetings
    join int_owners using (host_hi, host_lo)
    where supports
    group by pool_hi, pool_lo, pool_port, proto, host_hi, host_lo
),

endpoints as (
    select pool_hi, pool_lo, pool_port, proto, count(*) as hosts
    from starts
    group by all
),

begins as (
    select distinct pool_hi, pool_lo, pool_port, proto, began
    from starts
    where began > (select min(first_day) from int_meetings)
),

waves as (
    select
        begins.pool_hi, begins.pool_lo, begins.pool_port, begins.proto,
        begins.began as wave_from,
        max(starts.began) as wave_until,
        count(*) as hosts,
        count(distinct nullif(starts.unit, '')) as units
    from begins
    join starts
        on starts.pool_lo = begins.pool_lo and starts.pool_hi = begins.pool_hi
        and starts.pool_port = begins.pool_port and starts.proto = begins.proto
        and starts.began >= begins.began
        and starts.began < begins.began + getvariable('campaign_days')::integer
    group by all
)

select waves.*
from waves
join endpoints using (pool_hi, pool_lo, pool_port, proto)
where waves.units >= getvariable('campaign_min_units')
    and waves.hosts * 100 >= endpoints.hosts * getvariable('campaign_min_percent')
qualify row_number() over (
    partition by waves.pool_hi, waves.pool_lo, waves.pool_port, waves.proto
    order by waves.units desc, waves.hosts desc, waves.wave_from
) = 1
