-- chk_coverage: exporters and hours whose account does not hold.
--
-- grain:   one row per offending exporter and hour; none = pass
-- inputs:  mart_coverage
-- params:  day_start_ms, day_end_ms
-- notes:   this checks our own reckoning. A receipt that does not add up is no
--          row here: it decides no grade, so it is said and counts as none.
with

counted as (
    select
        *,
        count(*) over (partition by exporter, hour) as copies
    from mart_coverage
)

select
    exporter,
    hour,
    case
        when copies > 1 then 'the same exporter and hour twice'
        when hour < 0 or hour > 24 or hour * 3600000 >= getvariable('day_end_ms') - getvariable('day_start_ms') then 'an hour outside the day'
        when records_received <> records_stored + records_malformed + records_disk + records_aborted + records_absent
            then 'received is not stored and what was dropped by name'
        when flows_unaccounted < 0 or flows_unaccounted > flows then 'more flows without a receipt than flows'
        when receipt in ('none', 'faulty') and (records_received <> 0 or flows_unaccounted <> flows) then 'figures of a receipt that there is not'
        when records_missed < 0 or (records_absent < 0 and exporter <> '') then 'less than nothing was lost'
    end as fault
from counted
where fault is not null
