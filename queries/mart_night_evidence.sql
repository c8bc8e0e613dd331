-- mart_night_evidence: the evidence behind the suspects of one night.
--
-- grain:   one row per (day, host, evidence)
-- inputs:  mart_evidence, mart_night_suspects
-- params:  day
select
    getvariable('day') as day,
    evidence.*
from mart_evidence as evidence
semi join mart_night_suspects as suspect on suspect.host = evidence.host
order by evidence.host, evidence.position
