-- mart_unit_history: every unit with an address that was ever suspected, and what became of it in the window.
--
-- grain:   one row per unit with a suspected day up to the end of the window
-- inputs:  int_history
-- params:  none
-- notes:   a unit's suspected days are those of its addresses, each by the
--          unit that the ledger named on that night. Statuses as for hosts:
--          a unit is gone where none of them is suspected any more.
select
    subject as unit,  -- as the ledger named it
    status,           -- new, continuing, recurred, gone, not_known
    unknown_because,  -- why the status is not known: no_history, gap, excluded, clues, not_covered; empty = it is known
    first_day,        -- first day on which an address of the unit was suspected
    last_day,         -- last one up to the end of the window
    last_before,      -- last one before the window; NULL = none
    days_seen,        -- suspected days up to the end of the window
    days_in_window,   -- suspected days of the window
    days_of_clues,    -- days since first_day with clues of those addresses only
    days_excluded,    -- days since first_day on which all contact of those addresses was under a registered exclusion
    gap_days,         -- days from last_before to the next suspected day, or to the end of the window
    clean_days,       -- of gap_days, those without contact to which every exporter that saw the unit is covered
    clean_before,     -- of clean_days, those before the window
    was_gone,         -- true: gone in a window before this one, as long as it, and not suspected since
    recurrences,      -- how often it was suspected again after clean_days clean days
    best_grade,       -- the best of all nights
    last_grade,       -- that of last_day
    exporters,        -- that saw it in the seven days up to last_day, separated by commas
    hosts,            -- addresses of the unit that were ever suspected
    sector,           -- kind of the unit; empty = unknown
    city,             -- city of the unit; empty = unknown
    county            -- county of the unit; empty = unknown
from int_history
where kind = 'unit'
order by last_day desc, days_seen desc, unit
