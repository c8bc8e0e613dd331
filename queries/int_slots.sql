-- int_slots: the 5-minute slots of the day in which a contact was under way.
--
-- grain:   one row per host, pool endpoint, protocol and slot
-- inputs:  int_observations
-- params:  day_start_ms
-- notes:   slot 0 begins at the day's midnight. A record counts for every slot
--          between its first and last packet: an exporter ends a flow after
--          its inactive timeout, so there was traffic all along.
with

spread as (
    select
        host_hi, host_lo, pool_hi, pool_lo, pool_port, proto,
        unnest(generate_series(
            (started_ms - getvariable('day_start_ms')) // 300000,
            (greatest(ended_ms, started_ms) - getvariable('day_start_ms')) // 300000)) as slot
    from int_observations
)

select distinct host_hi, host_lo, pool_hi, pool_lo, pool_port, proto, slot::integer as slot
from spread
