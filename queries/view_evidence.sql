-- view_evidence: the named reasons behind the suspects of all nights.
--
-- grain:   one row per (day, host, evidence)
-- inputs:  raw_evidence
-- params:  none
select * from raw_evidence
