-- mart_history: every address that was ever suspected, and what became of it in the window.
--
-- grain:   one row per host with a suspected day up to the end of the window
-- inputs:  int_history
-- params:  none
-- notes:   a suspected day is one on which a pool answered the host and whose
--          night graded it A or B. Only nightly tables are read, so what
--          retention deletes of the flows changes nothing here.
select
    subject as host,  -- internal address, as text
    status,           -- new, continuing, recurred, gone, not_known
    unknown_because,  -- why the status is not known: no_history, gap, excluded, clues, not_covered; empty = it is known
    first_day,        -- first suspected day of all nights
    last_day,         -- last suspected day up to the end of the window
    last_before,      -- last suspected day before the window; NULL = none
    days_seen,        -- suspected days up to the end of the window
    days_in_window,   -- suspected days of the window
    days_of_clues,    -- days since first_day with too little contact for a suspicion
    days_excluded,    -- days since first_day in contact under a registered exclusion
    gap_days,         -- days from last_before to the next suspected day, or to the end of the window
    clean_days,       -- of gap_days, those without contact to which every exporter that saw it is covered
    clean_before,     -- of clean_days, those before the window
    was_gone,         -- true: gone in a window before this one, as long as it, and not suspected since
    recurrences,      -- how often it was suspected again after clean_days clean days
    best_grade,       -- the best of all nights
    last_grade,       -- that of last_day
    exporters,        -- that saw it in the seven days up to last_day, separated by commas
    unit,             -- unit that owned the address on last_day, as the ledger said; empty = nobody did
    sector,           -- kind of the unit; empty = unknown
    city,             -- city of the unit; empty = unknown
    county,           -- county of the unit; empty = unknown
    host_hi,          -- host as stored, bits 127-64; 0 for IPv4
    host_lo           -- host as stored, bits 63-0; IPv4 is ::ffff:a.b.c.d
from int_history
where kind = 'host'
order by last_day desc, days_seen desc, ip_key(host_hi, host_lo)
