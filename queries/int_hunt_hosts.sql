-- int_hunt_hosts: whose the hosts opposite the rare endpoints are; foreign ones are left out.
--
-- grain:   one row per internal host
-- inputs:  int_hunt_slots, raw_internal, raw_ledger, stg_exclusions
-- params:  day
-- notes:   internal = inside the configured prefixes or the ledger. Of nested
--          ledger ranges the longest wins; owner and exclusion are those of
--          the day.
with

hosts as (
    select distinct host_hi, host_lo, ip_key(host_hi, host_lo) as key from int_hunt_slots
),

configured as (
    select distinct hosts.key
    from hosts
    join raw_internal as internal
        on hosts.key >= ip_key(internal.first_hi, internal.first_lo) and hosts.key <= ip_key(internal.last_hi, internal.last_lo)
),

ledger as (
    select *, ip_key(first_hi, first_lo) as first_key, ip_key(last_hi, last_lo) as last_key
    from raw_ledger
    where coalesce(valid_from, timestamp '1970-01-01') < getvariable('day') + 1
        and coalesce(valid_to, timestamp '9999-12-31') >= getvariable('day')
),

owned as (
    select hosts.key, ledger.*
    from hosts
    join ledger on hosts.key >= ledger.first_key and hosts.key <= ledger.last_key
    qualify row_number() over (
        partition by hosts.key
        order by ledger.last_key - ledger.first_key, ledger.range_id, ledger.line
    ) = 1
),

excluded as (
    select hosts.key, min(exclusions.reason) as reason
    from hosts
    join stg_exclusions as exclusions on hosts.key >= exclusions.first_key and hosts.key <= exclusions.last_key
    where exclusions.holds_from < getvariable('day') + 1 and exclusions.holds_until >= getvariable('day')
    group by hosts.key
)

select
    hosts.host_hi,
    hosts.host_lo,
    coalesce(owned.unit, '') as unit,
    coalesce(owned.sector, '') as sector,
    coalesce(owned.city, '') as city,
    coalesce(owned.county, '') as county,
    coalesce(owned.nat, false) as nat,
    coalesce(excluded.reason, '') as excluded_reason
from hosts
left join configured on configured.key = hosts.key
left join owned on owned.key = hosts.key
left join excluded on excluded.key = hosts.key
where configured.key is not null or owned.key is not null
