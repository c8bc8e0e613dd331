-- int_endpoint_marks: what the listed endpoints that were met are said to be instead of pools.
--
-- grain:   one row per met address and port of which anything is said
-- inputs:  int_pool_flows, raw_negatives, raw_internal, stg_ledger
-- params:  none
-- notes:   by the address that was met, where int_marks goes by the range of
--          the entry: so a negative list, the configuration or the ledger marks
--          a part of a listed prefix. own = the address is in site.internal or
--          in the ledger of the day: it may have been listed before either was
--          known. shared, explained and marked_by are as in int_marks.
with

met as (
    select distinct
        pool_hi,
        pool_lo,
        pool_port,
        ip_key(pool_hi, pool_lo) as pool_key
    from int_pool_flows
),

said as (
    select ip_key(first_hi, first_lo) as first_key, ip_key(last_hi, last_lo) as last_key, port, kind, list_version as said_by
    from raw_negatives
    union all
    select ip_key(first_hi, first_lo), ip_key(last_hi, last_lo), 0, 'own', 'site.internal' from raw_internal
    union all
    select first_key, last_key, 0, 'own', ledger_version from stg_ledger
),

marked as (
    select
        met.*,
        said.kind,
        said.said_by,
        sharing_rank(said.kind) as sharing,
        explaining_rank(said.kind) as explaining
    from met
    join said on met.pool_key >= said.first_key and met.pool_key <= said.last_key
    where said.port in (0, met.pool_port)
)

select
    pool_hi,
    pool_lo,
    pool_port,
    arg_min(kind, (sharing, said_by)) filter (where sharing is not null) as shared,
    arg_min(kind, (explaining, said_by)) filter (where explaining is not null) as explained,
    coalesce(
        arg_min(said_by, (explaining, said_by)) filter (where explaining is not null),
        arg_min(said_by, (sharing, said_by)) filter (where sharing is not null)) as marked_by
from marked
group by pool_hi, pool_lo, pool_port
