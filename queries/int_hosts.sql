-- int_hosts: who stands opposite the listed addresses: internal or not, owner, exclusion.
--
-- grain:   one row per host address of the day's matched flows
-- inputs:  int_pool_flows, int_pool_addresses, int_pool_ranges, raw_internal, stg_ledger, stg_exclusions
-- params:  day
-- notes:   internal = inside the configured prefixes or the ledger. Where no
--          prefixes are configured, every host is taken but a listed address
--          that the ledger does not own. Of nested ledger ranges the longest
--          wins; owner and exclusion are those of the day.
with

hosts as (
    select distinct
        host_hi,
        host_lo,
        ip_key(host_hi, host_lo) as host_key
    from int_pool_flows
),

internal as (
    select ip_key(first_hi, first_lo) as first_key, ip_key(last_hi, last_lo) as last_key
    from raw_internal
),

exclusions as (
    select *
    from stg_exclusions
    where holds_from < getvariable('day') + 1 and holds_until >= getvariable('day')
),

configured as (
    select distinct hosts.host_key
    from hosts
    join internal on hosts.host_key >= internal.first_key and hosts.host_key <= internal.last_key
),

owned as (
    select hosts.host_key, ledger.*
    from hosts
    join stg_ledger as ledger on hosts.host_key >= ledger.first_key and hosts.host_key <= ledger.last_key
    qualify row_number() over (
        partition by hosts.host_key
        order by ledger.last_key - ledger.first_key, ledger.range_id, ledger.line
    ) = 1
),

excluded as (
    select hosts.host_key, exclusions.reason, exclusions.approver, exclusions.expires
    from hosts
    join exclusions on hosts.host_key >= exclusions.first_key and hosts.host_key <= exclusions.last_key
    qualify row_number() over (
        partition by hosts.host_key
        order by exclusions.last_key - exclusions.first_key, exclusions.line
    ) = 1
),

listed as (
    select hosts.host_key
    from hosts
    join int_pool_addresses as pool on pool.hi = hosts.host_hi and pool.lo = hosts.host_lo
    union
    select hosts.host_key
    from hosts
    join int_pool_ranges as pool
        on ip_block(hosts.host_hi, hosts.host_lo) = pool.block
        and hosts.host_key >= pool.first_key
        and hosts.host_key <= pool.last_key
)

select
    hosts.host_hi,
    hosts.host_lo,
    case
        when (select count(*) from raw_internal) > 0
            then configured.host_key is not null or owned.host_key is not null
        else owned.host_key is not null or listed.host_key is null
    end as is_internal,
    owned.unit,
    owned.sector,
    owned.city,
    owned.county,
    nullif(concat_ws(' ', owned.contact, owned.phone), '') as contact,
    coalesce(owned.nat, false) as nat,
    owned.ledger_version,
    excluded.reason as excluded_reason,
    excluded.approver as excluded_by,
    excluded.expires as excluded_until
from hosts
left join configured on configured.host_key = hosts.host_key
left join owned on owned.host_key = hosts.host_key
left join excluded on excluded.host_key = hosts.host_key
left join listed on listed.host_key = hosts.host_key
