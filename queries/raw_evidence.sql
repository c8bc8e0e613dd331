-- raw_evidence: the shape of the nightly evidence, evidence/day=*/.
--
-- grain:   one row per (day, host, evidence)
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows; what mart_night_evidence writes.
select
    null::date as day,          -- night, as day of site.zone; all figures are of the seven days that end with it
    null::varchar as host,      -- internal address, as text
    null::varchar as evidence,  -- name of the reason: grade, contact_days, contact_hours … of docs/scoring.md
    null::integer as position,  -- place of the reason among those of the host; 1 is the grade
    null::double as value,      -- the figure of the host, in the unit of the evidence: points, days, hours, s, confidence, kbit/s, connections, 1 in N, endpoints, units, signs
    null::double as threshold,  -- the figure that it is read against, in the same unit
    null::double as points,     -- its share of the score, in points; 0 = it explains, limits or hints
    null::varchar as reason     -- the same in words
where false
