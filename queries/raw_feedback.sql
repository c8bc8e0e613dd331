-- raw_feedback: the shape of what units answered, the newest feedback/*/standing.csv.
--
-- grain:   one row per notice and address that was answered: the last answer
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows.
select
    null::varchar as notice_no,            -- the notice that is answered
    null::varchar as unit,                 -- who answers
    null::varchar as host,                 -- internal address, as text
    null::varchar as class,                -- active, passive, research, false_alarm or not_found; NULL = located, not yet examined
    null::timestamp as located_at,         -- UTC, without a zone; device and person are known since
    null::varchar as inner_address,        -- address behind the NAT
    null::varchar as account,              -- MAC address or account
    null::varchar as device,               -- kind of device
    null::varchar as place,                -- where it stood
    null::varchar as department,           -- whose it was
    null::varchar as person,               -- who answers for it
    null::varchar as phone,                -- of the person
    null::varchar as cause,                -- how it came to be
    null::varchar as software,             -- what mined, or its hash
    null::varchar as coin,                 -- what was mined, as the unit says
    null::varchar as wallet,               -- for whom
    null::timestamp as started_on,         -- UTC; mining since
    null::varchar as measure,              -- what was done
    null::timestamp as finished_at,        -- UTC; when it was done
    null::date as finished_day,            -- the same as day of the site
    null::varchar as evidence,             -- what was secured
    null::varchar as remark,               -- what else the unit says
    null::timestamp as received_at,        -- UTC; when this answer came back
    null::timestamp as first_received_at,  -- UTC; when the first answer with a class came back
    null::varchar as approver,             -- who approved approved_class; NULL = nobody did
    null::varchar as feedback_version,     -- version of the import, name@hash
    null::integer as line,                 -- line, or row, of the imported form
    null::varchar as approved_class,       -- class of the last answer that somebody approved, which may be an earlier one; NULL = none, or of an older program
    null::timestamp as approved_at,        -- UTC; when that answer came back
    null::timestamp as excluded_from,      -- UTC; since when approved answers exclude the address without a break; NULL = approved_class does not
    null::varchar as approved_version,     -- version of the import of the approved answer, name@hash
    null::integer as approved_line,        -- line, or row, of that form; 0 = none
    null::timestamp as finished_until      -- UTC; the end of finished_day; NULL = not finished, or of an older program
where false
