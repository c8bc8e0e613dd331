-- raw_week_figures: the shape of the figures of each host in the seven days up to a night's, week_figures/day=*/.
--
-- grain:   one row per host
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows; what mart_night_week_figures
--          writes. It goes with raw_week_meetings.
select
    null::date as day,                -- the night's, the last of the seven
    null::varchar as host,            -- internal address, as text
    null::boolean as supports,        -- true: of the contacts that support a grade; false: the host has no others
    null::date as last_day,           -- last day with contact
    null::integer as days,            -- days with contact
    null::integer as slots,           -- 5-minute slots with contact, summed over the days
    null::integer as hours,           -- hours with contact, summed over the days
    null::integer as sessions,        -- sessions of all endpoints, those that overlap merged, summed over the days
    null::bigint as duration_ms,      -- ms, sum of these sessions
    null::integer as strong_days,     -- days with strong contact
    null::bigint as max_strong_ms,    -- ms, merged sessions of strong contacts on the day that has most
    null::bigint as hour_bits,        -- bit h is set: in contact in hour h of a day, from midnight of site.zone
    null::integer[] as strong_hours,  -- hours with strong contact from the first of the seven days up to each of them
    null::varchar as unit,            -- unit that owned the address on last_day; NULL = nobody did
    null::varchar as sector,          -- kind of the unit; NULL = unknown
    null::varchar as city,            -- city of the unit; NULL = unknown
    null::varchar as county,          -- county of the unit; NULL = unknown
    null::varchar as contact,         -- whom to call; NULL = unknown
    null::boolean as nat,             -- true: a gateway with several devices behind it
    null::varchar as excluded_reason, -- reason of the registered exclusion that covered the host on last_day; NULL = none did
    null::varchar as excluded_by,     -- who approved it
    null::bigint as host_hi,          -- host as stored, bits 127-64; 0 for IPv4
    null::bigint as host_lo           -- host as stored, bits 63-0; IPv4 is ::ffff:a.b.c.d
where false
