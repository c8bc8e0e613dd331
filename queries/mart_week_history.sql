-- mart_week_history: the history of the suspects and units of the window, and of those that it lacks.
--
-- grain:   one row per (kind, subject); kind is host or unit
-- inputs:  int_region_suspects, mart_suspects, mart_history, mart_unit_history
-- params:  region_city, region_county, clean_days
-- notes:   the window grades by its own days alone, a night by the six days
--          before as well. So that the suspects of the window are those that are
--          new, continuing, recurred or not known, a subject that only nights
--          suspect is not known here: in contact, but too little (clues). One that no
--          night of the window suspects is not known either (no_night). Who
--          was clean for clean_days days before the window is left out: that
--          it is gone was said before. Nor is a region told of who is suspected
--          in another now.
with

present as (
    select 'host' as kind, host as subject, unit, sector, city, county
    from int_region_suspects
    where grade in ('A', 'B')
    union all
    select 'unit', unit, unit, min(sector), min(city), min(county)
    from int_region_suspects
    where grade in ('A', 'B') and unit <> ''
    group by unit
),

suspected as (
    select 'host' as kind, host as subject
    from mart_suspects
    where grade in ('A', 'B')
    union
    select 'unit', unit
    from mart_suspects
    where grade in ('A', 'B')
),

known as (
    select 'host' as kind, host as subject, * exclude (host, host_hi, host_lo) from mart_history
    union all by name
    select 'unit' as kind, unit as subject, unit, * exclude (unit, hosts) from mart_unit_history
)

select
    coalesce(present.kind, known.kind) as kind,
    coalesce(present.subject, known.subject) as subject,
    present.kind is not null as is_suspect,
    case when is_suspect and days_in_window > 0 or not is_suspect and days_in_window = 0 then known.status else 'not_known' end as status,
    case
        when is_suspect and days_in_window > 0 or not is_suspect and days_in_window = 0 then known.unknown_because
        when is_suspect then 'no_night'
        else 'clues'
    end as unknown_because,
    coalesce(present.unit, known.unit) as unit,
    coalesce(present.sector, known.sector) as sector,
    coalesce(present.city, known.city) as city,
    coalesce(present.county, known.county) as county,
    known.* exclude (kind, subject, status, unknown_because, unit, sector, city, county)
from known
full join present using (kind, subject)
where is_suspect
    or (known.clean_before < getvariable('clean_days')
        and (getvariable('region_city') = '' or known.city = getvariable('region_city'))
        and (getvariable('region_county') = '' or known.county = getvariable('region_county'))
        and not exists (select 1 from suspected where suspected.kind = known.kind and suspected.subject = known.subject))
