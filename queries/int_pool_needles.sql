-- int_pool_needles: the lower halves of the wanted addresses, several times each, as the big scan asks for them.
--
-- grain:   one row per lower half and copy
-- inputs:  raw_wanted
-- params:  none
-- notes:   the engine hands the keys of a join down to the Parquet scan as a
--          Bloom filter, so that the other columns are decoded only around
--          what passes it. It does so where there is one key, hence the lower
--          half alone, and where the rows of it were filtered, hence copy 0,
--          which is left out again. The filter is as large as there are rows:
--          with one copy it lets 1 in 100 flows pass, which is one in every
--          stretch that is decoded; with fifty 1 in a million.
with

halves as (
    select distinct lo from raw_wanted
)

select
    lo,
    unnest(range(1 + greatest(8, 262144 // (select count(*) from halves)))) as copy
from halves
