-- chk_suspects: suspects whose grade, score or evidence do not fit together.
--
-- grain:   one row per offending host; none = pass
-- inputs:  mart_suspects, mart_evidence
-- params:  none
with

evidence as (
    select host, sum(points) as points, count(distinct evidence) as n, count(*) as rows
    from mart_evidence
    group by host
),

judged as (
    select
        suspect.host,
        suspect.grade,
        suspect.score,
        case
            when evidence.host is null then 'no evidence'
            when evidence.n <> evidence.rows then 'evidence twice under one name'
            when abs(evidence.points - suspect.score) > 0.02 then 'score is not the sum of its evidence'
            when suspect.grade = 'A' and suspect.score < 75 then 'A below its floor'
            when suspect.grade = 'B' and (suspect.score < 50 or suspect.score > 75) then 'B outside its band'
            when suspect.grade = 'C' and (suspect.score < 25 or suspect.score > 50) then 'C outside its band'
            when suspect.grade = 'X' and suspect.score <> 0 then 'X with a score'
            when suspect.grade not in ('A', 'B', 'C', 'X') then 'unknown grade'
            when suspect.reasons is null or suspect.reasons = '' then 'no reason'
            when count(*) over (partition by suspect.host) > 1 then 'the same host twice'
        end as fault
    from mart_suspects as suspect
    left join evidence on evidence.host = suspect.host
)

select host, grade, score, fault
from judged
where fault is not null
