-- raw_unfigured: the days whose figures are gathered from their contacts: no night has written them by the rules of today.
--
-- grain:   one row per day
-- inputs:  none
-- params:  none
-- notes:   filled from the manifests of the nights; usually empty.
select
    null::date as day  -- day of site.zone of which no figures are read
where false
