package engine_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"minewatch/analyze/engine"
	"minewatch/analyze/iprange"
	"minewatch/analyze/ledger"
)

// TestOwners: on random ledgers, with IPv6, nested ranges and owners that
// change, the night and 'ledger lookup' find the owner that a slow and plain
// search finds.
func TestOwners(t *testing.T) {
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 1))
		table, rows := randomLedger(t, rng)
		hosts := randomHosts(rng, rows)
		for _, day := range []string{"2026-03-31", "2026-04-01", "2026-06-15", "2026-12-31"} {
			date, err := time.Parse(time.DateOnly, day)
			if err != nil {
				t.Fatal(err)
			}
			db := open(t)
			set(t, db, "day", engine.Day(day))
			given(t, db, "raw_ledger", table)
			var flows strings.Builder
			flows.WriteString("host_hi,host_lo\n")
			for _, h := range hosts {
				hi, lo := iprange.Halves(h)
				fmt.Fprintf(&flows, "%d,%d\n", hi, lo)
			}
			given(t, db, "int_pool_flows", []byte(flows.String()))
			if err := db.Build(t.Context(), "int_hosts"); err != nil {
				t.Fatal(err)
			}
			owners := 0
			for _, h := range hosts {
				want := owner(rows, h, date)
				hi, lo := iprange.Halves(h)
				if got := text(t, db, "select coalesce(min(unit), '') from int_hosts where host_hi = ? and host_lo = ?", hi, lo); got != want {
					t.Fatalf("seed %d, %s on %s: the night says %q, want %q", seed, h, day, got, want)
				}
				if want != "" {
					owners++
				}
				found := ""
				for _, m := range ledger.Lookup(rows, h, date) {
					if m.Wins {
						found = m.Row.Unit
					}
				}
				if found != want {
					t.Fatalf("seed %d, %s on %s: lookup says %q, want %q", seed, h, day, found, want)
				}
			}
			if owners < len(hosts)/4 || owners == len(hosts) {
				t.Errorf("seed %d, %s: %d of %d hosts have an owner, which proves little", seed, day, owners, len(hosts))
			}
		}
	}
}

// randomLedger imports ranges of both families that lie in few networks, so
// that many are nested, some with an end or a beginning.
func randomLedger(t *testing.T, rng *rand.Rand) (table []byte, rows []ledger.Row) {
	t.Helper()
	var b strings.Builder
	b.WriteString("cidr,unit,valid_from,valid_to\n")
	spans := []string{",", ",", "2026-01-01,2026-03-31", "2026-04-01,", ",2026-06-30", "2026-07-01,2026-12-30"}
	for i := range 160 {
		var cidr string
		switch rng.IntN(4) {
		case 0:
			bits := 12 + rng.IntN(21)
			cidr = netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(rng.IntN(2)), byte(rng.IntN(4)), byte(rng.UintN(256))}), bits).Masked().String()
		case 1:
			from := rng.IntN(200)
			cidr = fmt.Sprintf("10.0.%d.%d-%d", rng.IntN(4), from, from+rng.IntN(56))
		case 2:
			bits := 32 + rng.IntN(97)
			a := netip.MustParseAddr("2001:db8::").As16()
			a[7], a[15] = byte(rng.IntN(2)), byte(rng.IntN(64))
			if rng.IntN(2) == 0 {
				a[8] = 0x80 // the lower half is negative in the lake
			}
			cidr = netip.PrefixFrom(netip.AddrFrom16(a), bits).Masked().String()
		default:
			cidr = fmt.Sprintf("2001:db8::%x-2001:db8::%x", rng.IntN(32), 32+rng.IntN(0x8000))
		}
		fmt.Fprintf(&b, "%s,unit %d,%s\n", cidr, i, spans[rng.IntN(len(spans))])
	}
	o := ledger.Options{Now: func() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }}
	o.Limits.MaxBad = 1 // what contradicts is refused
	result, err := ledger.Import(t.TempDir(), ledger.Input{File: "units.csv", Data: []byte(b.String())}, o)
	if err != nil {
		t.Fatal(err)
	}
	if rows, err = result.Version.ReadRows(); err != nil || len(rows) < 40 {
		t.Fatalf("%d rows stand: %v", len(rows), err)
	}
	if table, err = os.ReadFile(result.Version.RowsPath()); err != nil {
		t.Fatal(err)
	}
	return table, rows
}

// randomHosts are the ends of the ranges, their neighbours, and others.
func randomHosts(rng *rand.Rand, rows []ledger.Row) []netip.Addr {
	seen := map[netip.Addr]bool{}
	var hosts []netip.Addr
	add := func(a netip.Addr) {
		if a.IsValid() && !seen[a] {
			seen[a] = true
			hosts = append(hosts, a)
		}
	}
	for i := range rows {
		r := rows[i].Range
		for _, a := range []netip.Addr{r.First, r.Last, r.First.Prev(), r.Last.Next()} {
			if rng.IntN(3) == 0 {
				add(a)
			}
		}
	}
	for range 20 {
		add(netip.AddrFrom4([4]byte{10, byte(rng.IntN(3)), byte(rng.UintN(256)), byte(rng.UintN(256))}))
		add(netip.AddrFrom4([4]byte{172, 16, 0, byte(rng.UintN(256))}))
	}
	return hosts
}

// owner is the unit of the smallest range that has the address and is valid
// on the day, by arithmetic of 128 bits and no index.
func owner(rows []ledger.Row, a netip.Addr, day time.Time) string {
	unit, best := "", (*big.Int)(nil)
	for i := range rows {
		r := &rows[i]
		n, first, last := number(a), number(r.Range.First), number(r.Range.Last)
		if n.Cmp(first) < 0 || n.Cmp(last) > 0 {
			continue
		}
		if !r.ValidFrom.IsZero() && !r.ValidFrom.Before(day.AddDate(0, 0, 1)) || !r.ValidTo.IsZero() && r.ValidTo.Before(day) {
			continue
		}
		if size := new(big.Int).Sub(last, first); best == nil || size.Cmp(best) < 0 {
			unit, best = r.Unit, size
		}
	}
	return unit
}

// number is an address as 128 bits, IPv4 mapped into IPv6.
func number(a netip.Addr) *big.Int {
	b := a.As16()
	return new(big.Int).SetBytes(b[:])
}
