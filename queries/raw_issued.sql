-- raw_issued: the shape of the notices that a report is about to write.
--
-- grain:   one row per notice and address
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows. Those that are sent at the same
--          moment.
select
    null::varchar as notice_no,     -- of the unit's notice of the week
    null::varchar as unit,          -- whom it is sent to
    null::varchar as host,          -- internal address, as text
    null::timestamp as last_seen    -- UTC, without a zone; last packet of the week
where false
