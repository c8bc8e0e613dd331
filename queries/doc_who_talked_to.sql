-- doc_who_talked_to: an example: every host that exchanged flows with one address.
--
-- grain:   one row per peer
-- inputs:  view_flows
-- params:  address
-- notes:   set variable address = '198.18.0.1' first. The halves are compared,
--          not the text, so that only matching parts of the files are read.
select
    case when src_lo = ip_lo(getvariable('address')) then dst else src end as peer,
    count(*) as flows,
    sum(bytes * greatest(sampling_rate, 1)) as estimated_bytes,
    min(received_at) as first_seen,
    max(received_at) as last_seen
from view_flows
where (src_lo = ip_lo(getvariable('address')) and src_hi = ip_hi(getvariable('address')))
    or (dst_lo = ip_lo(getvariable('address')) and dst_hi = ip_hi(getvariable('address')))
group by peer
order by estimated_bytes desc, peer
