-- int_excluded_now: whom a registered exclusion covers as of the report, of those that it tells of.
--
-- grain:   one row per host of the window, or of a notice, that an exclusion covers on the day of the exclusions
-- inputs:  int_host_grades, raw_notices, stg_exclusions
-- params:  exclusions_on
-- notes:   a night takes the exclusions of its day, the report those in force when it
--          is written: a host that was suspected in the window may be excluded since.
--          exclusions_on is a day by what was registered, and no clock: the same
--          versions give the same report. Of several the narrowest tells since when,
--          and of equal ones the first.
with

hosts as (
    select host, ip_key(host_hi, host_lo) as host_key
    from int_host_grades
    union
    select host, ip_key(ip_hi(host), ip_lo(host))
    from raw_notices
),

exclusions as (
    select *
    from stg_exclusions
    where holds_from < getvariable('exclusions_on') + 1 and holds_until >= getvariable('exclusions_on')
)

select
    hosts.host,
    exclusions.valid_from::date as excluded_since,
    exclusions.expires::date as excluded_until
from hosts
join exclusions on hosts.host_key >= exclusions.first_key and hosts.host_key <= exclusions.last_key
qualify row_number() over (
    partition by hosts.host_key
    order by exclusions.last_key - exclusions.first_key, exclusions.valid_from nulls first, exclusions.line
) = 1
