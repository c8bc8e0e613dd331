-- raw_flows: the shape of the lake's flow files, as the analysis reads them.
--
-- grain:   one row per flow record
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows. The engine puts the Parquet files of
--          flows/date=*/hour=* behind this name; where there are none, this
--          empty relation stands in. A contract test holds it against the
--          writer's schema.
select
    null::timestamptz as received_at,
    null::timestamptz as started_at,
    null::timestamptz as ended_at,
    null::bigint as src_hi,
    null::bigint as src_lo,
    null::bigint as dst_hi,
    null::bigint as dst_lo,
    null::integer as src_port,
    null::integer as dst_port,
    null::smallint as proto,
    null::smallint as tcp_flags,
    null::bigint as bytes,
    null::bigint as packets,
    null::integer as sampling_rate,
    null::varchar as exporter,
    null::bigint as "domain",
    null::bigint as in_if,
    null::bigint as out_if,
    null::bigint as src_as,
    null::bigint as dst_as,
    null::smallint as end_reason,
    null::smallint as direction,
    null::smallint as boundary,
    null::bigint as nat_src_hi,
    null::bigint as nat_src_lo,
    null::integer as nat_src_port,
    null::varchar as format,
    null::varchar as time_source
where false
