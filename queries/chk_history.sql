-- chk_history: suspects of the window that are not told as new, continuing, recurred or not known, once in each region.
--
-- grain:   one row per offending (region, host); none = pass
-- inputs:  int_region_hosts, mart_week_history
-- params:  none
-- notes:   this is what makes the parts of the headline add up to its whole.
with

told as (
    select
        region,
        subject as host,
        count(*) as n,
        bool_and(status in ('new', 'continuing', 'recurred', 'not_known') and (status = 'not_known') = (unknown_because <> '')) as is_sound
    from mart_week_history
    where kind = 'host' and is_suspect
    group by region, subject
),

suspects as (
    select region, host
    from int_region_hosts
    where grade in ('A', 'B')
)

select region, host, told.n, told.is_sound
from suspects
full join told using (region, host)
where suspects.host is null or told.host is null or told.n <> 1 or not told.is_sound
