-- raw_last_regions: the cities and counties of the week before the reported one.
--
-- grain:   one row per city, and one per (city, county)
-- inputs:  none
-- params:  none
-- notes:   a declaration without rows, as raw_flows; what mart_regions has of
--          everything in that week.
select
    null::varchar as city,     -- city; empty = hosts that the ledger does not know
    null::varchar as county,   -- county; NULL = the line of the whole city
    null::integer as hosts_a,  -- hosts of grade A
    null::integer as hosts_b   -- hosts of grade B
where false
