package province_test

import (
	"bytes"
	"encoding/csv"
	"net/netip"
	"strings"
	"testing"

	"minewatch/cmd/flowgen/internal/province"
	"minewatch/cmd/flowgen/internal/seed"
)

func TestLedger(t *testing.T) {
	p := province.New(1)
	var b bytes.Buffer
	if err := p.WriteLedger(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	units, cities, sectors, gateways := map[string]bool{}, map[string]bool{}, map[string]bool{}, 0
	var ranges []netip.Prefix
	for _, row := range rows[1:] {
		r := netip.MustParsePrefix(row[0])
		if r != r.Masked() {
			t.Errorf("%s has host bits", r)
		}
		for _, other := range ranges {
			if other == r {
				t.Errorf("%s has two owners", r)
			}
		}
		ranges = append(ranges, r)
		units[row[1]], sectors[row[2]], cities[row[3]] = true, true, true
		if !strings.HasPrefix(row[1], row[3][:len("澜")]) {
			t.Errorf("unit %s is in %s", row[1], row[3])
		}
		if row[6] == "true" {
			gateways++
		}
	}
	if len(units) < 190 || len(cities) != province.Cities()-1 || len(sectors) != 7 || gateways == 0 {
		t.Errorf("%d units of %d sectors in %d cities, %d NAT ranges", len(units), len(sectors), len(cities), gateways)
	}
	if nested := nestings(ranges); nested < 20 {
		t.Errorf("%d nested ranges, want two a city", nested)
	}
}

// nestings counts ranges inside others; a partial overlap cannot be.
func nestings(ranges []netip.Prefix) int {
	n := 0
	for _, a := range ranges {
		for _, b := range ranges {
			if a != b && a.Bits() > b.Bits() && b.Contains(a.Addr()) {
				n++
			}
		}
	}
	return n
}

func TestHostsAreDrawnOnce(t *testing.T) {
	p := province.New(1)
	rng := seed.Stream(1, t.Name())
	seen := map[netip.Addr]bool{}
	for range 500 {
		a, err := p.Host(rng, []int{2}, province.Government, false)
		if err != nil {
			break // three small offices are soon full
		}
		if seen[a] {
			t.Fatalf("%s twice", a)
		}
		seen[a] = true
	}
	if len(seen) < 50 || len(seen) == 500 {
		t.Errorf("%d hosts of three small offices", len(seen))
	}
}

func TestUnownedCityHasHosts(t *testing.T) {
	p := province.New(1)
	if _, err := p.Host(seed.Stream(1, "x"), []int{province.Unowned}, "", false); err != nil {
		t.Error(err)
	}
	if _, err := p.Gateway(seed.Stream(1, "x"), []int{99}); err == nil {
		t.Error("a gateway in a city that is not there")
	}
}
