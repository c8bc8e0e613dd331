-- doc_top_talkers_of_prefix: an example: the addresses of one prefix with the most traffic.
--
-- grain:   one row per address of the prefix that sent or received
-- inputs:  view_flows
-- params:  prefix
-- notes:   set variable prefix = '10.64.0.0/16' first; '2001:db8::/32' and an
--          address alone work too. in_prefix becomes four comparisons with
--          constants inside the Parquet scan. One scan a side, not one with
--          "or": only so are rows skipped before their other columns are
--          read. Bytes are estimates, and a flow that several exporters saw
--          counts for each of them; add received_at to the filters where the
--          lake is long.
with

sent as (
    select src as address, scaled(bytes, greatest(sampling_rate, 1)) as bytes_out, 0 as bytes_in, received_at
    from view_flows
    where in_prefix(src_hi, src_lo, getvariable('prefix'))
),

received as (
    select dst as address, 0 as bytes_out, scaled(bytes, greatest(sampling_rate, 1)) as bytes_in, received_at
    from view_flows
    where in_prefix(dst_hi, dst_lo, getvariable('prefix'))
),

sides as (
    select * from sent
    union all
    select * from received
)

select
    address,
    count(*) as flows,
    to_bigint(sum(bytes_out)) as bytes_out,
    to_bigint(sum(bytes_in)) as bytes_in,
    min(received_at) as first_seen,
    max(received_at) as last_seen
from sides
group by address
order by sum(bytes_out) + sum(bytes_in) desc, address
limit 20
