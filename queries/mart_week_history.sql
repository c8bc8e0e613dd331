-- mart_week_history: the history of the suspects and units of the window, and of those that it lacks, in each region.
--
-- grain:   one row per (region, kind, subject); kind is host or unit
-- inputs:  int_region_hosts, int_host_grades, mart_history, mart_unit_history
-- params:  only_region
-- notes:   the window grades by its own days alone, a night by the six days
--          before as well. So that the suspects of the window are those that are
--          new, continuing, recurred or not known, a subject that only nights
--          suspect is not known here: in contact, but too little (clues). One that no
--          night of the window suspects is not known either (no_night). Who
--          was gone in a window before is left out: that was said then. Nor is a
--          region told of who is suspected in another now.
with

present as (
    select region, 'host' as kind, host as subject, unit, sector, city, county
    from int_region_hosts
    where grade in ('A', 'B')
    union all
    select region, 'unit', unit, unit, min(sector), min(city), min(county)
    from int_region_hosts
    where grade in ('A', 'B') and unit <> ''
    group by region, unit
),

suspected as (
    select 'host' as kind, host as subject
    from int_host_grades
    where grade in ('A', 'B')
    union
    select 'unit', unit
    from int_host_grades
    where grade in ('A', 'B')
),

known as (
    select 'host' as kind, host as subject, * exclude (host, host_hi, host_lo) from mart_history
    union all by name
    select 'unit' as kind, unit as subject, unit, * exclude (unit, hosts) from mart_unit_history
),

lacking as (
    select unnest(regions_of(city, county, getvariable('only_region'))) as region, known.*
    from known
    where not was_gone
        and not exists (select 1 from suspected where suspected.kind = known.kind and suspected.subject = known.subject)
),

told as (
    select
        present.region,
        present.kind,
        present.subject,
        true as is_suspect,
        present.unit,
        present.sector,
        present.city,
        present.county,
        known.* exclude (kind, subject, unit, sector, city, county)
    from present
    left join known using (kind, subject)
    union all by name
    select *, false as is_suspect
    from lacking
)

select
    region,
    kind,
    subject,
    is_suspect,
    case when is_suspect and days_in_window > 0 or not is_suspect and days_in_window = 0 then status else 'not_known' end as status,
    case
        when is_suspect and days_in_window > 0 or not is_suspect and days_in_window = 0 then unknown_because
        when is_suspect then 'no_night'
        else 'clues'
    end as unknown_because,
    unit,
    sector,
    city,
    county,
    * exclude (region, kind, subject, is_suspect, status, unknown_because, unit, sector, city, county)
from told
order by region
