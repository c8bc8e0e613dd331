-- raw_untold: the days whose nightly suspects do not tell whom a pool answered: their contacts are asked.
--
-- grain:   one row per day
-- inputs:  none
-- params:  none
-- notes:   filled from the manifests: nights of an older program, and the one that
--          is being run.
select
    null::date as day  -- day of site.zone of whose hosts contacts tell who answered
where false
