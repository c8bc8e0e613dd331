-- raw_notices: the shape of the record of notices, the newest notices/*/sent.csv.
--
-- grain:   one row per notice and address that was ever sent
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows.
select
    null::varchar as notice_no,      -- of the unit's notice of that week
    null::varchar as week,           -- ISO week of the report, such as 2026-W46
    null::varchar as unit,           -- whom it was sent to
    null::varchar as city,           -- city of the unit
    null::varchar as county,         -- county of the unit
    null::varchar as host,           -- internal address, as text
    null::varchar as grade,          -- A or B, when it was sent
    null::varchar as feed_sources,   -- of the feed entries that it rests on, separated by commas
    null::timestamp as first_seen,   -- UTC, without a zone; first packet of the week
    null::timestamp as last_seen,    -- UTC; last packet of the week
    null::timestamp as notified_at,  -- UTC; the deadlines run from here
    null::timestamp as locate_by,    -- UTC; until when device and person are to be found
    null::timestamp as report_by     -- UTC; until when the form is to be back
where false
