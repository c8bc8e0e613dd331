-- view_unit_history: every unit with an address that was ever suspected, and what became of it in the last seven nights.
--
-- grain:   one row per unit with a suspected day up to the end of the window
-- inputs:  mart_unit_history
-- params:  none
-- notes:   the window is that of history.
select * from mart_unit_history
