-- stg_answers: what resolvers said of names, with the end of each window.
--
-- grain:   one row per name, type, resolver, answer and window
-- inputs:  raw_answers, raw_ttl
-- params:  none
-- notes:   an answer holds after it was last seen for its own time to live, or
--          for that of the evidence dns, whichever is longer.
select
    answer.*,
    greatest(
        answer.last_seen + to_seconds(answer.ttl),
        answer.last_seen + to_days(coalesce(own.days, fallback.days))) as until_at
from raw_answers as answer
left join raw_ttl as own on own.evidence = 'dns'
left join raw_ttl as fallback on fallback.evidence = 'default'
