package engine_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
)

// TestAddressMacros compares the SQL macros with the standard library, both
// ways, on chosen and on random addresses.
func TestAddressMacros(t *testing.T) {
	db := open(t)
	addresses := []string{
		"0.0.0.0", "10.1.2.3", "255.255.255.255", "192.0.2.1", "::", "::1", "1::", "2001:db8::1", "2001:db8:0:1:1:1:1:1",
		"2001:0:0:1::1", "1:0:0:2:0:0:0:3", "fe80::1:2:3:4", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "8000::", "::8000:0:0:0", "0:1::", "64:ff9b::192.0.2.1",
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		var b [16]byte
		for i := range b {
			if random.IntN(3) > 0 {
				b[i] = byte(random.IntN(256))
			}
		}
		if random.IntN(2) == 0 {
			clear(b[2*random.IntN(4) : 8+2*random.IntN(4)])
		}
		addresses = append(addresses, netip.AddrFrom16(b).String())
	}
	values := make([]string, len(addresses))
	for i, a := range addresses {
		address := netip.MustParseAddr(a)
		b := address.As16()
		values[i] = fmt.Sprintf("('%s', '%d'::bigint, '%d'::bigint)", address,
			int64(binary.BigEndian.Uint64(b[:8])), int64(binary.BigEndian.Uint64(b[8:])))
	}
	rows, err := db.Query(t.Context(), `select a, hi, lo, ip_text(hi, lo), ip_hi(a), ip_lo(a)
		from (values `+strings.Join(values, ", ")+`) as t(a, hi, lo)`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var want, got string
		var hi, lo, gotHi, gotLo int64
		if err := rows.Scan(&want, &hi, &lo, &got, &gotHi, &gotLo); err != nil {
			t.Fatal(err)
		}
		if got != want || gotHi != hi || gotLo != lo {
			t.Errorf("%s: text %s, halves %d %d, want %d %d", want, got, gotHi, gotLo, hi, lo)
		}
		n++
	}
	if n != len(addresses) || rows.Err() != nil {
		t.Errorf("%d of %d addresses: %v", n, len(addresses), rows.Err())
	}
}

// TestScaled: a forged counter saturates and never fails a night.
func TestScaled(t *testing.T) {
	db := open(t)
	for expression, want := range map[string]string{
		"scaled(1000::bigint, 1)":                     "1000",
		"scaled(1000::bigint, 1000)":                  "1000000",
		"scaled(9223372036854775807, 2)":              "9223372036854775807",
		"scaled(4611686018427387904, 2147483647)":     "9223372036854775807",
		"scaled(-5::bigint, 10)":                      "0",
		"to_bigint(92233720368547758070::hugeint)":    "9223372036854775807",
		"is_p2p_port(8333) and not is_p2p_port(3333)": "true",
	} {
		if got := text(t, db, "select "+expression); got != want {
			t.Errorf("%s = %s, want %s", expression, got, want)
		}
	}
}

// halves are the two signed numbers that an address is stored as.
func halves(a netip.Addr) (hi, lo int64) {
	b := a.As16()
	return int64(binary.BigEndian.Uint64(b[:8])), int64(binary.BigEndian.Uint64(b[8:]))
}

// prefixCases are random prefixes of all lengths, host bits left in, and the
// addresses at, just beyond and between their bounds.
func prefixCases(random *rand.Rand) (texts []string, ranges []netip.Prefix, probes [][]netip.Addr) {
	for n := range 200 {
		var b [16]byte
		for i := range b {
			b[i] = byte(random.IntN(256))
		}
		b[0] |= byte(n%4) << 6 // the top bit is the sign of the stored number
		address, family := netip.AddrFrom16(b), 128
		if n%2 == 0 {
			address, family = netip.AddrFrom4([4]byte(b[:4])), 32
		}
		bits := random.IntN(family + 1)
		text := fmt.Sprintf("%s/%d", address, bits)
		if n%10 == 0 {
			text, bits = address.String(), family
		}
		wide := netip.PrefixFrom(netip.AddrFrom16(address.As16()), bits+128-family).Masked()
		last := wide.Addr().As16()
		for bit := wide.Bits(); bit < 128; bit++ {
			last[bit/8] |= 1 << (7 - bit%8)
		}
		probe := []netip.Addr{wide.Addr(), netip.AddrFrom16(last), netip.AddrFrom16(address.As16()), netip.MustParseAddr("::"), netip.MustParseAddr("8000::8000:0:0:0")}
		for _, beyond := range []netip.Addr{wide.Addr().Prev(), netip.AddrFrom16(last).Next()} {
			if beyond.IsValid() {
				probe = append(probe, beyond)
			}
		}
		texts, ranges, probes = append(texts, text), append(ranges, wide), append(probes, probe)
	}
	return texts, ranges, probes
}

// TestInPrefix compares the prefix macros with the standard library, with the
// prefix in a column and as a literal.
func TestInPrefix(t *testing.T) {
	db := open(t)
	texts, ranges, probes := prefixCases(rand.New(rand.NewPCG(3, 4)))
	var values []string
	for i, prefix := range texts {
		var literals []string
		for _, a := range probes[i] {
			hi, lo := halves(a)
			want := ranges[i].Contains(a)
			values = append(values, fmt.Sprintf("('%s', '%s', '%d'::bigint, '%d'::bigint, %t)", prefix, a, hi, lo, want))
			literals = append(literals, fmt.Sprintf("in_prefix('%d'::bigint, '%d'::bigint, '%s') = %t", hi, lo, prefix, want))
		}
		if i%50 < 2 && text(t, db, "select "+strings.Join(literals, " and ")) != "true" {
			t.Errorf("%s as a literal: %v", prefix, probes[i])
		}
	}
	wrong := text(t, db, `select coalesce(string_agg(prefix || ' ' || a || ' ' || want, chr(10)), '')
		from (values `+strings.Join(values, ", ")+`) as t(prefix, a, hi, lo, want)
		where in_prefix(hi, lo, prefix) <> want`)
	if wrong != "" {
		t.Errorf("prefix, address, whether it lies inside:\n%s", wrong)
	}
}

// TestNoPrefix: a slip is an error, never another network.
func TestNoPrefix(t *testing.T) {
	db := open(t)
	for _, prefix := range []string{
		"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/x", "10.0.0/8", "256.0.0.0/8", "2001:db8::/129", "2001:db8::x/32", "12345::/16", "2001:db8/32", "1:2:3:4:5:6:7:8:9/64", "pool.example", "",
	} {
		rows, err := db.Query(t.Context(), "select in_prefix(0, 281470681743360, '"+prefix+"')")
		if err == nil {
			rows.Next()
			err = errors.Join(rows.Err(), rows.Close())
		}
		if err == nil {
			t.Errorf("%q is taken for a prefix", prefix)
		}
	}
}

// TestInPrefixIsConstant: the bounds are numbers before the scan begins, so
// that they can skip parts of a file.
func TestInPrefixIsConstant(t *testing.T) {
	db := open(t)
	for prefix, bound := range map[string]string{"'192.0.2.0/24'": "281473902969599", "'2001:db8::/32'": "2306139572410515455", "getvariable('prefix')": "281474004942847"} {
		var kind, plan string
		rows, err := db.Query(t.Context(), "explain select count(*) from (select unnest([0::bigint, 1]) as hi, unnest([1::bigint, 2]) as lo) where in_prefix(hi, lo, "+prefix+")")
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			err = errors.Join(err, rows.Scan(&kind, &plan))
		}
		if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan, bound) || strings.Contains(plan, "split_part") || strings.Contains(plan, "list_transform") {
			t.Errorf("%s is computed for each row:\n%s", prefix, plan)
		}
	}
}
