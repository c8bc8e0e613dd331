-- doc_who_talked_to: an example: every host that exchanged flows with one address.
--
-- grain:   one row per peer
-- inputs:  view_flows
-- params:  address
-- notes:   'minewatch who ADDRESS' runs this; elsewhere set variable address =
--          '198.18.0.1' first. The halves are compared, not the text, and each
--          side in a select of its own: then only those parts of the files are
--          read whose statistics and Bloom filters admit the address. With "or"
--          they all are. The port is the lower one of most flows, usually that
--          of the service. First and last are times of receipt.
with both_sides as (
    select dst as peer, true as is_out, src_port, dst_port, scaled(bytes, greatest(sampling_rate, 1)) as estimated_bytes, received_at
    from view_flows
    where src_lo = ip_lo(getvariable('address')) and src_hi = ip_hi(getvariable('address'))
    union all
    select src as peer, false as is_out, src_port, dst_port, scaled(bytes, greatest(sampling_rate, 1)) as estimated_bytes, received_at
    from view_flows
    where dst_lo = ip_lo(getvariable('address')) and dst_hi = ip_hi(getvariable('address'))
        -- what an address sends to itself is counted once
        and not (src_lo = dst_lo and src_hi = dst_hi)
)

select
    peer,
    count(*) as flows,
    count(*) filter (where is_out) as flows_out,
    count(*) filter (where not is_out) as flows_in,
    to_bigint(sum(estimated_bytes)) as estimated_bytes,
    min(received_at) as first_seen,
    max(received_at) as last_seen,
    mode(least(src_port, dst_port)) as port
from both_sides
group by peer
order by estimated_bytes desc, peer
