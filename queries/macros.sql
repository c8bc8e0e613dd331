-- Macros that every session has. Addresses are stored as two signed 64-bit
-- halves; these turn them into text and back, and into one sortable key.
-- Statements are separated by a line that holds only ";".

create or replace macro ip4_text(lo) as
    concat((lo >> 24) & 255, '.', (lo >> 16) & 255, '.', (lo >> 8) & 255, '.', lo & 255)
;
-- The eight groups of an IPv6 address, uncompressed.
create or replace macro ip6_groups(hi, lo) as
    concat_ws(':',
        format('{:x}', (hi >> 48) & 65535), format('{:x}', (hi >> 32) & 65535),
        format('{:x}', (hi >> 16) & 65535), format('{:x}', hi & 65535),
        format('{:x}', (lo >> 48) & 65535), format('{:x}', (lo >> 32) & 65535),
        format('{:x}', (lo >> 16) & 65535), format('{:x}', lo & 65535))
;
-- RFC 5952 section 4.2: the longest run of two or more zero groups, the first of equals.
create or replace macro ip6_short(a) as
    case
        when a = '0:0:0:0:0:0:0:0' then '::'
        when regexp_matches(a, '(^|:)0(:0){6}(:|$)') then regexp_replace(a, '(^|:)0(:0){6}(:|$)', '::')
        when regexp_matches(a, '(^|:)0(:0){5}(:|$)') then regexp_replace(a, '(^|:)0(:0){5}(:|$)', '::')
        when regexp_matches(a, '(^|:)0(:0){4}(:|$)') then regexp_replace(a, '(^|:)0(:0){4}(:|$)', '::')
        when regexp_matches(a, '(^|:)0(:0){3}(:|$)') then regexp_replace(a, '(^|:)0(:0){3}(:|$)', '::')
        when regexp_matches(a, '(^|:)0(:0){2}(:|$)') then regexp_replace(a, '(^|:)0(:0){2}(:|$)', '::')
        when regexp_matches(a, '(^|:)0(:0){1}(:|$)') then regexp_replace(a, '(^|:)0(:0){1}(:|$)', '::')
        else a
    end
;
create or replace macro ip_text(hi, lo) as
    case when hi = 0 and (lo >> 32) = 65535 then ip4_text(lo) else ip6_short(ip6_groups(hi, lo)) end
;
-- The groups of an IPv6 text with "::" filled in, as eight numbers.
create or replace macro ip6_parse(a) as
    list_transform(
        case when contains(a, '::') then
            list_concat(
                list_filter(string_split(split_part(a, '::', 1), ':'), lambda g: g <> ''),
                list_transform(range(8
                    - len(list_filter(string_split(split_part(a, '::', 1), ':'), lambda g: g <> ''))
                    - len(list_filter(string_split(split_part(a, '::', 2), ':'), lambda g: g <> ''))), lambda i: '0'),
                list_filter(string_split(split_part(a, '::', 2), ':'), lambda g: g <> ''))
        else string_split(a, ':') end,
        lambda g: ('0x' || g)::usmallint::bigint)
;
-- A left shift into the sign bit is refused, so the top group goes through a
-- product. The list of one binds the groups to a name: a macro's argument is
-- otherwise written out, and planned, once for each time that it is used. The
-- cast fails on purpose: with error() in it, the half were no constant.
create or replace macro ip6_half(groups, first) as
    list_transform([groups], lambda g:
        (case when len(g) <> 8 then 'an IPv6 address without eight groups'::bigint
            when g[first] > 32767 then g[first] - 65536 else g[first] end) * 281474976710656
            + ((g[first + 1] << 32) | (g[first + 2] << 16) | g[first + 3]))[1]
;
-- The stored halves of an address in text form; what is no address is an error: where dst_lo = ip_lo('192.0.2.1') and dst_hi = ip_hi('192.0.2.1').
create or replace macro ip_hi(a) as
    case when contains(a, ':') then ip6_half(ip6_parse(a), 1) else 0 end
;
create or replace macro ip_lo(a) as
    case when contains(a, ':') then ip6_half(ip6_parse(a), 5)
    else 281470681743360
        + (split_part(a, '.', 1)::utinyint::bigint << 24) + (split_part(a, '.', 2)::utinyint::bigint << 16)
        + (split_part(a, '.', 3)::utinyint::bigint << 8) + split_part(a, '.', 4)::utinyint::bigint
    end
;
-- What follows asks by prefix: '192.0.2.0/24', '2001:db8::/32', or an address alone; host bits are cut off.
-- A literal or getvariable() becomes a constant before the query runs, so the
-- comparison is one of bounds, which skip the parts of a file that cannot match.
create or replace macro prefix_address(prefix) as split_part(prefix, '/', 1)
;
-- How many of the 128 bits are free: 8 for an IPv4 /24, 96 for an IPv6 /32, 0 for an address.
create or replace macro prefix_host_bits(prefix) as
    case when contains(prefix, '/')
        then case
            when split_part(prefix, '/', 2)::integer between 0 and case when contains(prefix, ':') then 128 else 32 end
                then case when contains(prefix, ':') then 128 else 32 end - split_part(prefix, '/', 2)::integer
            else error(concat('no prefix: ', prefix))
        end
    else 0 end
;
-- The bounds of one half with that many free bits. A half that is free altogether begins at the least signed number.
create or replace macro half_first(half, free) as
    case when free >= 64 then (-9223372036854775808)::bigint else half & ~(9223372036854775807 >> (63 - greatest(free, 0))) end
;
create or replace macro half_last(half, free) as
    case when free >= 64 then 9223372036854775807 else half | (9223372036854775807 >> (63 - greatest(free, 0))) end
;
create or replace macro prefix_first_hi(prefix) as half_first(ip_hi(prefix_address(prefix)), prefix_host_bits(prefix) - 64)
;
create or replace macro prefix_last_hi(prefix) as half_last(ip_hi(prefix_address(prefix)), prefix_host_bits(prefix) - 64)
;
create or replace macro prefix_first_lo(prefix) as half_first(ip_lo(prefix_address(prefix)), prefix_host_bits(prefix))
;
create or replace macro prefix_last_lo(prefix) as half_last(ip_lo(prefix_address(prefix)), prefix_host_bits(prefix))
;
-- Whether an address lies in a prefix: where in_prefix(src_hi, src_lo, '192.0.2.0/24'). '::/0' has all addresses, IPv4 too.
create or replace macro in_prefix(hi, lo, prefix) as
    lo between prefix_first_lo(prefix) and prefix_last_lo(prefix)
        and hi between prefix_first_hi(prefix) and prefix_last_hi(prefix)
;
-- One number that sorts as the address does (signed in the top bit, which no range crosses).
create or replace macro ip_key(hi, lo) as
    hi::hugeint * 18446744073709551616
        + case when lo < 0 then lo::hugeint + 18446744073709551616 else lo::hugeint end
;
-- A prefix is found by the block that it lies in: the /24 of an IPv4 address, the /48 of an IPv6 address.
create or replace macro ip_block(hi, lo) as
    case when hi = 0 then lo >> 8 else hi >> 16 end
;
create or replace macro is_web_port(port) as port in (80, 443)
;
-- Ports of coin nodes that talk to each other, not to a pool.
create or replace macro is_p2p_port(port) as
    port in (8333, 18333, 9333, 19335, 22556, 18080, 18081, 28080, 30303, 30304)
;
-- Who else uses an address, the most cautious first; null says that nobody does.
create or replace macro sharing_rank(kind) as
    case kind when 'cdn' then 1 when 'vpn' then 2 when 'hosting' then 3 end
;
-- What an address is instead of a pool, what is nearest to certain first; null says nothing.
create or replace macro explaining_rank(kind) as
    case kind
        when 'own' then 0 when 'false_positive' then 1 when 'sinkhole' then 2 when 'resolver' then 3 when 'p2p' then 4
    end
;
-- The more cautious of two words on who else uses an address.
create or replace macro most_shared(a, b) as
    case
        when least(sharing_rank(a), sharing_rank(b)) = 1 then 'cdn'
        when least(sharing_rank(a), sharing_rank(b)) = 2 then 'vpn'
        when least(sharing_rank(a), sharing_rank(b)) = 3 then 'hosting'
        else 'none'
    end
;
-- A counter times its sampling rate; a forged counter saturates instead of failing the night.
create or replace macro scaled(n, scale) as
    case when n < 0 then 0 when n > 9223372036854775807 // scale then 9223372036854775807 else n * scale end
;
create or replace macro to_bigint(n) as least(n, 9223372036854775807)::bigint
;
create or replace macro up_and_down(up, down) as to_bigint(up::hugeint + down)
;
-- Of all that was sent, in percent, what is stored; null where nothing is known of it.
create or replace macro coverage_percent(stored, lost) as
    case when stored + lost > 0 then 100.0::double * stored / (stored + lost) end
;
-- Whether what was not found on a day can be told from what was not seen: each exporter is covered, and the day as a whole.
create or replace macro day_is_covered(exporters_short, receipts_faulty, percent, least) as
    exporters_short = 0 and receipts_faulty = 0 and coalesce(percent >= least, false)
;
-- The regions whose reports tell of a place: everything, its city, its county; of these two only the one wanted, or both where that is null.
create or replace macro regions_of(city, county, wanted) as
    list_filter(
        list_distinct(['', coalesce(city, ''), concat_ws('/', city, case when city <> '' then nullif(county, '') end)]),
        lambda region: region = '' or region = coalesce(wanted, region))
;
-- Whether slots, ascending, have no gap between them: a miner's mostly have none, and need not be looked at one by one.
create or replace macro is_unbroken(slots) as
    slots[-1] - slots[1] + 1 = len(slots)
;
-- The slots of a day, of 28 hours at most, as bits.
create or replace macro slots_as_bits(slots) as
    case
        when is_unbroken(slots) then (repeat('0', slots[1]) || repeat('1', len(slots)) || repeat('0', 335 - slots[-1]))::bit
        else list_aggregate(slots, 'bitstring_agg', 0, 335)
    end
;
-- The hours of the slots of a day as the bits of a number.
create or replace macro hours_as_bits(slots) as
    case
        when is_unbroken(slots) then (1::bigint << (slots[-1] // 12 + 1)) - (1::bigint << (slots[1] // 12))
        else list_aggregate(list_transform(slots, lambda slot: 1::bigint << (slot // 12)), 'bit_or')
    end
;
-- A reason with its nouns as one says them: each is written for any number, and here one thing loses its s.
create or replace macro singular(reason) as
    case
        when starts_with(reason, '1 ') or contains(reason, ' 1 ') then
            regexp_replace(
                replace(reason, ' 1 addresses', ' 1 address'),
                '(^| )1 ((?:active |5-minute |pool )*)(day|hour|slot|session|endpoint|unit|pool)s\b', '\11 \2\3', 'g')
        else reason
    end
;
