-- view_suspects: the graded suspects of all nights, each night by its last seven days.
--
-- grain:   one row per (day, host)
-- inputs:  raw_suspects
-- params:  none
select * from raw_suspects
