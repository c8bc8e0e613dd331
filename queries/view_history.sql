-- view_history: every address that was ever suspected, and what became of it in the last seven nights.
--
-- grain:   one row per host with a suspected day up to the end of the window
-- inputs:  mart_history
-- params:  none
-- notes:   another window: set variable window_from = date '2026-11-09', and
--          window_to likewise.
select * from mart_history
