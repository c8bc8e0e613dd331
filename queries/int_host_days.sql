-- int_host_days: the days on which a pool answered a host, as the night of the day graded the host.
--
-- grain:   one row per (day, host)
-- inputs:  raw_suspects, int_answered_days
-- params:  window_to
-- notes:   a night grades by seven days, so a host keeps its grade for six days
--          after it stopped: a day counts only with an answer on the day
--          itself, from an endpoint that no list explains otherwise, and under
--          no exclusion. is_suspect: the night says A or B; the other rows are
--          clues, and contacts with an entry that has run out: too little for
--          a suspicion, and no silence either. Scanners, coin nodes and the
--          other explained hosts have no row.
select
    graded.day,
    graded.host,
    graded.grade,
    graded.grade in ('A', 'B') as is_suspect,
    graded.unit,
    graded.sector,
    graded.city,
    graded.county,
    coalesce(graded.seen_by, answered.exporters) as exporters,
    coalesce(graded.answered_bytes, answered.bytes) as bytes,
    graded.host_hi,
    graded.host_lo
from raw_suspects as graded
left join int_answered_days as answered using (day, host_hi, host_lo)
where graded.day <= getvariable('window_to')
    and (graded.seen_by is not null or answered.host_lo is not null)
    and (graded.grade in ('A', 'B', 'C') or graded.decided_by = 'expired')
