-- int_place_codes: the codes of cities and counties, as the ledger has them.
--
-- grain:   one row per city, and one per (city, county), with a code
-- inputs:  raw_ledger
-- params:  none
-- notes:   codes of GB/T 2260: two digits each of province, city and county. A
--          city's code is made of its ranges'; the counties under the province
--          itself (xx90xx) have no city above them and keep their own. Where
--          ranges of one place have several codes, most of them decide.
with

coded as (
    select city, county, admin_code
    from raw_ledger
    where city <> '' and length(admin_code) = 6 and substr(admin_code, 3, 2) <> '00'
),

named as (
    select
        city,
        null as county,
        case when substr(admin_code, 3, 2) = '90' then admin_code else substr(admin_code, 1, 4) || '00' end as admin_code
    from coded
    union all
    select city, county, admin_code
    from coded
    where county <> '' and substr(admin_code, 5, 2) <> '00'
),

counted as (
    select city, county, admin_code, count(*) as ranges
    from named
    group by all
)

select city, county, admin_code
from counted
qualify row_number() over (partition by city, county order by ranges desc, admin_code) = 1
