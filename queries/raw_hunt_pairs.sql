-- raw_hunt_pairs: what a hunt found on each of its days.
--
-- grain:   one row per (day, host, endpoint address, endpoint port)
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows. The rows of the days are gathered in
--          the session and never stored: see docs/scoring.md, H.
select
    null::date as day,                 -- day of site.zone in which the flows were under way
    null::bigint as host_hi,           -- internal address, bits 127-64
    null::bigint as host_lo,           -- internal address, bits 63-0
    null::bigint as endpoint_hi,       -- foreign address, bits 127-64
    null::bigint as endpoint_lo,       -- foreign address, bits 63-0
    null::integer as port,             -- TCP port of the foreign endpoint
    null::integer as endpoint_hosts,   -- internal hosts in contact with the endpoint that day
    null::integer as host_endpoints,   -- such endpoints that the host was in contact with that day
    null::integer as hours,            -- active hours
    null::integer as slots,            -- active 5-minute slots
    null::integer as sessions,         -- runs of slots without a silence of session_gap_seconds
    null::timestamptz as first_seen,   -- UTC, first packet of the day
    null::timestamptz as last_seen,    -- UTC, last packet of the day
    null::bigint as packets_up,        -- packets from the host, scaled by the sampling rate
    null::bigint as packets_down,      -- packets to the host, scaled
    null::bigint as bytes_up,          -- bytes from the host, scaled
    null::bigint as bytes_down,        -- bytes to the host, scaled
    null::bigint as records,           -- flow records of all exporters
    null::double as push_percent,      -- records with ACK and PSH, of 100
    null::double as variation,         -- standard deviation of the packets of a slot by their mean
    null::double as dispersion,        -- variance of the packets of a slot by their mean: near 0 for a timer, above for events by chance
    null::integer as sampling_rate,    -- the highest N of 1 in N
    null::integer as host_port,        -- a local port, to find the device behind a gateway
    null::varchar as exporter,         -- an exporter that saw it
    null::varchar as marked_by,        -- hosting list that has the endpoint
    null::varchar as unit,             -- unit that owns the host; '' = none known
    null::varchar as sector,           -- kind of the unit
    null::varchar as city,             -- city of the unit
    null::varchar as county,           -- county of the unit
    null::boolean as nat,              -- true: a gateway with several devices behind it
    null::varchar as excluded_reason   -- registered exclusion of the host; '' = none
where false
