-- stg_host_days: the days on which a pool answered a host, as the night of the day graded the host.
--
-- grain:   one row per (day, host)
-- inputs:  raw_suspects, int_answered_days
-- params:  window_to
-- notes:   a night grades by seven days, so a host keeps its grade for six days
--          after it stopped: a day counts only with an answer on the day
--          itself, from an endpoint that no list explains otherwise. is_excluded:
--          a registered exclusion covered the host on that day, which is no
--          suspicion, and no silence either. is_suspect: under no exclusion, and
--          the night says A or B; the other rows are clues, and contacts with an
--          entry that has run out: too little for a suspicion, and no silence
--          either. Scanners, coin nodes and the other explained hosts have no row.
--          A view: whoever asks needs a few of these columns, and to keep all of a
--          quarter takes longer than to read those again.
with

answered as (
    select
        graded.*,
        graded.excluded_seen_by is not null or coalesce(answered.is_excluded, false) as is_excluded,
        coalesce(graded.seen_by, graded.excluded_seen_by, answered.exporters) as exporters,
        coalesce(graded.answered_bytes, answered.bytes) as bytes
    from raw_suspects as graded
    left join int_answered_days as answered using (day, host_hi, host_lo)
    where graded.day <= getvariable('window_to')
        and (graded.seen_by is not null or graded.excluded_seen_by is not null or answered.host_lo is not null)
)

select
    day,
    host,
    grade,
    grade in ('A', 'B') and not is_excluded as is_suspect,
    is_excluded,
    unit,
    sector,
    city,
    county,
    exporters,
    bytes,
    host_hi,
    host_lo
from answered
where grade in ('A', 'B', 'C') or decided_by = 'expired' or is_excluded
