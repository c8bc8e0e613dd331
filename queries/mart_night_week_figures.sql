-- mart_night_week_figures: the figures of each host in the seven days up to the night's, for later rankings of many weeks.
--
-- grain:   one row per host
-- inputs:  int_figures, int_owners
-- params:  day
select
    getvariable('day') as day,
    ip_text(figures.host_hi, figures.host_lo) as host,
    figures.supports,
    figures.last_day,
    figures.days::integer as days,
    figures.slots::integer as slots,
    figures.hours::integer as hours,
    figures.sessions::integer as sessions,
    figures.duration_ms::bigint as duration_ms,
    figures.strong_days::integer as strong_days,
    figures.max_strong_ms,
    figures.hour_bits,
    figures.strong_hours,
    owners.owner.unit,
    owners.owner.sector,
    owners.owner.city,
    owners.owner.county,
    owners.owner.contact,
    owners.owner.nat,
    owners.owner.excluded_reason,
    owners.owner.excluded_by,
    figures.host_hi,
    figures.host_lo
from int_figures as figures
join int_owners as owners on owners.host_lo = figures.host_lo and owners.host_hi = figures.host_hi
order by figures.host_hi, figures.host_lo
