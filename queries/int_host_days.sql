-- int_host_days: the days on which a pool answered a host, as the night of the day graded the host.
--
-- grain:   one row per (day, host)
-- inputs:  raw_suspects, raw_contacts
-- params:  window_to
-- notes:   a night grades by seven days, so a host keeps its grade for six days
--          after it stopped: a day counts only with an answer on the day
--          itself, from an endpoint that no list explains otherwise, and under
--          no exclusion. is_suspect: the night says A or B; the other rows are
--          clues, and contacts with an entry that has run out: too little for
--          a suspicion, and no silence either. Scanners, coin nodes and the
--          other explained hosts have no row.
with

answered as (
    select
        day,
        host_hi,
        host_lo,
        string_agg(exporters, ',') as exporters,
        to_bigint(sum(bytes_up::hugeint + bytes_down)) as bytes
    from raw_contacts
    where day <= getvariable('window_to')
        and established
        and excluded_reason is null
        and explained is null
        and coalesce(role, '') <> 'p2p'
    group by day, host_hi, host_lo
)

select
    graded.day,
    graded.host,
    graded.grade,
    graded.grade in ('A', 'B') as is_suspect,
    graded.unit,
    graded.sector,
    graded.city,
    graded.county,
    answered.exporters,
    answered.bytes,
    graded.host_hi,
    graded.host_lo
from raw_suspects as graded
join answered using (day, host_hi, host_lo)
where graded.grade in ('A', 'B', 'C') or graded.decided_by = 'expired'
