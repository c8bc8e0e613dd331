-- mart_unit_history: every unit with an address that was ever suspected, and what became of it in the window.
--
-- grain:   one row per unit with a suspected day up to the end of the window
-- inputs:  int_history, int_host_days
-- params:  none
-- notes:   a unit's suspected days are those of its addresses, each by the
--          unit that the ledger named on that night. Statuses as for hosts:
--          a unit is gone where none of them is suspected any more.
with

owned as (
    select
        unit,
        count(distinct (host_hi, host_lo)) as hosts,
        arg_max(sector, day) as sector,
        arg_max(city, day) as city,
        arg_max(county, day) as county
    from int_host_days
    where is_suspect and unit <> ''
    group by unit
)

select
    history.subject as unit,       -- as the ledger named it
    history.status,                -- new, continuing, recurred, gone, not_known
    history.unknown_because,       -- why the status is not known: no_history, gap, clues, not_covered; empty = it is known
    history.first_day,             -- first day on which an address of the unit was suspected
    history.last_day,              -- last one up to the end of the window
    history.last_before,           -- last one before the window; NULL = none
    history.days_seen,             -- suspected days up to the end of the window
    history.days_in_window,        -- suspected days of the window
    history.days_of_clues,         -- days since first_day with clues of those addresses only
    history.gap_days,              -- days from last_before to the next suspected day, or to the end of the window
    history.clean_days,            -- of gap_days, those without contact to which every exporter that saw the unit is covered
    history.clean_before,          -- of clean_days, those before the window
    history.recurrences,           -- how often it was suspected again after clean_days clean days
    history.best_grade,            -- the best of all nights
    history.last_grade,            -- that of last_day
    history.exporters,             -- that saw it in the seven days up to last_day, separated by commas
    owned.hosts::integer as hosts, -- addresses of the unit that were ever suspected
    owned.sector,                  -- kind of the unit; empty = unknown
    owned.city,                    -- city of the unit; empty = unknown
    owned.county                   -- county of the unit; empty = unknown
from int_history as history
join owned on owned.unit = history.subject
where history.kind = 'unit'
order by history.last_day desc, history.days_seen desc, history.subject
