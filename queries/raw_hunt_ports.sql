-- raw_hunt_ports: the ports that a hunt leaves out, hunt.ignore_ports of the configuration.
--
-- grain:   one row per port
-- inputs:  none
-- params:  none
-- notes:   services that keep a connection for hours by design, and the web.
select
    null::integer as port  -- TCP port of the service
where false
