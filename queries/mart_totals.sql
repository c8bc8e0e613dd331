-- mart_totals: the headline of the window, of each region.
--
-- grain:   one row per region with a host: '' for everything, CITY and CITY/COUNTY
-- inputs:  int_region_hosts, int_region_contacts, int_region_slots, mart_coverage_days
-- params:  none
-- notes:   traffic = bytes both ways between A and B hosts and the endpoints
--          they were met at, scaled by the sampling rate, over the days that
--          have flows; p95 over the 5-minute bins of those days, empty bins
--          counted as 0. Active hours = hours with contact of each A and B
--          host, summed over hosts.
with

hosts as (
    select
        region,
        count(*) filter (where grade = 'A') as hosts_a,
        count(*) filter (where grade = 'B') as hosts_b,
        count(*) filter (where grade = 'C') as hosts_c,
        count(*) filter (where grade = 'X') as hosts_x,
        count(distinct unit) filter (where unit <> '' and grade in ('A', 'B')) as units,
        count(distinct city) filter (where city <> '' and grade in ('A', 'B')) as cities,
        count(*) filter (where unit = '' and grade in ('A', 'B')) as no_owner,
        coalesce(sum(contact_hours) filter (where grade in ('A', 'B')), 0) as active_hours,
        to_bigint(coalesce(sum(bytes_up) filter (where grade in ('A', 'B')), 0)) as bytes_up,
        to_bigint(coalesce(sum(bytes_down) filter (where grade in ('A', 'B')), 0)) as bytes_down
    from int_region_hosts
    group by region
),

pools as (
    select
        region,
        count(distinct pool) filter (where pool <> '') as pools,
        count(distinct coin) filter (where coin <> '' and match = 'port') as coins
    from int_region_contacts
    where grade in ('A', 'B')
    group by region
),

nights as (
    select count(*) as n from mart_coverage_days where flows > 0
),

all_bins as (
    select hosts.region, unnest(range(0, nights.n * 288)) as bin
    from hosts, nights
),

used as (
    select region, row_number() over (partition by region order by millibytes desc) - 1 as bin, millibytes
    from int_region_slots
),

bins as (
    select region, quantile_cont(coalesce(used.millibytes, 0) * 8 / 300 / 1e9, 0.95) as p95_mbps
    from all_bins
    left join used using (region, bin)
    group by region
)

select
    hosts.region,
    hosts.hosts_a::integer as hosts_a,
    hosts.hosts_b::integer as hosts_b,
    hosts.hosts_c::integer as hosts_c,
    hosts.hosts_x::integer as hosts_x,
    hosts.units::integer as units,
    hosts.cities::integer as cities,
    hosts.no_owner::integer as no_owner,
    hosts.active_hours::integer as active_hours,
    coalesce(pools.pools, 0)::integer as pools,
    coalesce(pools.coins, 0)::integer as coins,
    hosts.bytes_up,
    hosts.bytes_down,
    case when nights.n = 0 then 0 else (hosts.bytes_up::double + hosts.bytes_down) * 8 / (nights.n * 86400) / 1e6 end as mean_mbps,
    coalesce(bins.p95_mbps, 0) as p95_mbps
from hosts
cross join nights
left join pools using (region)
left join bins using (region)
