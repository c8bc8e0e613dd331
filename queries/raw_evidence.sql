-- raw_evidence: the shape of the nightly evidence, evidence/day=*/.
--
-- grain:   one row per (day, host, evidence)
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows; what mart_night_evidence writes.
select
    null::date as day,
    null::varchar as host,
    null::varchar as evidence,
    null::integer as position,
    null::double as value,
    null::double as threshold,
    null::double as points,
    null::varchar as reason
where false
