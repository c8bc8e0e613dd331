-- int_marks: what the negative lists say of the feed's endpoints.
--
-- grain:   one row per marked range and port of the feed
-- inputs:  raw_feed, raw_negatives
-- params:  none
-- notes:   a range is marked by a list that has all of it, on its port or on
--          any; of a list that has a part, see int_endpoint_marks. It is found by the length of the list's prefixes: there are few
--          of them, however long the list. shared is the most cautious of cdn,
--          vpn and hosting; explained the first of false_positive, sinkhole,
--          resolver and p2p that applies; marked_by the list that says so.
with

lengths as (
    select distinct prefix_len as len from raw_negatives
),

ranges as (
    select distinct first_hi, first_lo, prefix_len, port from raw_feed
),

prefixes as (
    select
        ranges.*,
        lengths.len,
        half_first(ranges.first_hi, 64 - lengths.len) as key_hi,
        case when lengths.len <= 64 then 0 else half_first(ranges.first_lo, 128 - lengths.len) end as key_lo
    from ranges
    join lengths
        on lengths.len <= ranges.prefix_len
        and (ranges.first_hi <> 0 or lengths.len >= 96)
),

marked as (
    select
        prefixes.first_hi, prefixes.first_lo, prefixes.prefix_len, prefixes.port,
        negative.kind,
        negative.list_version,
        sharing_rank(negative.kind) as sharing,
        explaining_rank(negative.kind) as explaining
    from prefixes
    join raw_negatives as negative
        on negative.prefix_len = prefixes.len
        and negative.first_lo = prefixes.key_lo
        and negative.first_hi = prefixes.key_hi
        and negative.port in (0, prefixes.port)
)

select
    first_hi,
    first_lo,
    prefix_len,
    port,
    arg_min(kind, (sharing, list_version)) filter (where sharing is not null) as shared,
    arg_min(kind, (explaining, list_version)) filter (where explaining is not null) as explained,
    coalesce(
        arg_min(list_version, (explaining, list_version)) filter (where explaining is not null),
        arg_min(list_version, (sharing, list_version)) filter (where sharing is not null)) as marked_by
from marked
group by all
