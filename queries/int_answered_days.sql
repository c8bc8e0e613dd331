-- int_answered_days: the days on which a pool answered a host, and who saw it, as far as the nightly suspects do not tell it themselves.
--
-- grain:   one row per (day, host)
-- inputs:  raw_contacts, raw_untold
-- params:  none
-- notes:   an answer on the day itself, from an endpoint that no list explains
--          otherwise. is_excluded: a registered exclusion covered the host on that
--          day. A night gathers its own; the suspects of an older program lack it,
--          or what of it was under an exclusion.
with

answered as (
    select
        day,
        host_hi,
        host_lo,
        string_agg(exporters, ',') as exporters,
        bool_or(excluded_reason is not null) as is_excluded,
        to_bigint(sum(bytes_up::hugeint + bytes_down)) as bytes
    from raw_contacts
    semi join raw_untold using (day)
    where established
        and explained is null
        and coalesce(role, '') <> 'p2p'
    group by day, host_hi, host_lo
)

select
    day,
    host_hi,
    host_lo,
    array_to_string(list_sort(list_distinct(string_split(exporters, ','))), ',') as exporters,
    is_excluded,
    bytes
from answered
