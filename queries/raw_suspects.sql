-- raw_suspects: the shape of the nightly suspects, suspects/day=*/.
--
-- grain:   one row per (day, host)
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows; what mart_night_suspects writes.
select
    null::date as day,                 -- night, as day of site.zone; all figures are of the seven days that end with it
    null::integer as rank,             -- place among the hosts in contact on the day; 1 is first
    null::varchar as host,             -- internal address, as text
    null::varchar as grade,            -- A, B: suspected; C: a clue; X: explained
    null::double as score,             -- 0 to 100, the sum of the points in evidence
    null::integer as contact_days,     -- days of the seven with contact
    null::integer as contact_hours,    -- hours of the seven days with contact, over all endpoints, none counted twice
    null::integer as contact_slots,    -- 5-minute slots of the seven days with contact, over all endpoints, none counted twice
    null::integer as pool_endpoints,   -- distinct listed endpoints, address and port
    null::integer as sessions,         -- sessions over all endpoints, overlapping ones merged
    null::bigint as duration_seconds,  -- s, stitched sessions over all endpoints, no second counted twice; a lower bound under sampling
    null::bigint as span_seconds,      -- s, from first_seen to last_seen
    null::timestamptz as first_seen,   -- UTC, begin of the first flow
    null::timestamptz as last_seen,    -- UTC, end of the last flow
    null::bigint as bytes_up,          -- bytes from host to pools, times the sampling rate: an estimate, each hour by one exporter
    null::bigint as bytes_down,        -- bytes from pools to host, counted as bytes_up
    null::bigint as packets_up,        -- packets from host to pools, counted as bytes_up
    null::bigint as packets_down,      -- packets from pools to host, counted as bytes_up
    null::integer as max_concurrent,   -- local ports with a session open to one endpoint at the same time, the most of any day: a lower bound of the connections
    null::varchar as coins,            -- codes of the coins of the entries that matched by port, separated by commas; empty = unknown
    null::varchar as pools,            -- pools of the entries, separated by commas; empty = unknown
    null::varchar as unit,             -- unit that owns the address on its last day of contact, as the ledger says; empty = nobody does
    null::varchar as sector,           -- kind of the unit; empty = unknown
    null::varchar as city,             -- city of the unit; empty = unknown
    null::varchar as county,           -- county of the unit; empty = unknown
    null::varchar as reasons,          -- the evidence in words, separated by semicolons
    null::varchar as contact,          -- whom to call, person and phone of the ledger; empty = unknown
    null::boolean as nat,              -- true: a gateway with several devices behind it, as the ledger says
    null::varchar as decided_by,       -- rule that decided the grade: persistent, repeated, indirect, short … of int_host_grades
    null::integer as sampling_rate,    -- 1 in N, the highest of the flows; 1 = every packet, or unknown
    null::bigint as host_hi,           -- host as stored, bits 127-64; 0 for IPv4
    null::bigint as host_lo,           -- host as stored, bits 63-0; IPv4 is ::ffff:a.b.c.d
    null::varchar as seen_by,          -- addresses of the exporters that saw a pool answer the host on the day itself, separated by commas: of endpoints that no list explains, and under no exclusion; NULL = nobody did
    null::bigint as answered_bytes,    -- bytes of those contacts, both ways, counted as bytes_up; NULL = there were none
    null::varchar as excluded_seen_by  -- as seen_by, where a registered exclusion covered the host on the day; NULL = none did, or nobody saw an answer
where false
