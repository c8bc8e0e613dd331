package engine_test

import (
	"encoding/binary"
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
