package pool_test

import (
	"bytes"
	"encoding/csv"
	"net/netip"
	"testing"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/pool"
)

func catalogue(t *testing.T) *pool.Catalogue {
	t.Helper()
	week, err := calendar.Parse("2026-W46", "Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return pool.New(1, week)
}

func TestCatalogueShape(t *testing.T) {
	c := catalogue(t)
	if n := len(c.Endpoints); n < 2900 || n > 3500 {
		t.Errorf("%d endpoints, want about 3,000", n)
	}
	seen := map[netip.AddrPort]bool{}
	pools := map[netip.Addr]string{}
	nets := []netip.Prefix{netip.MustParsePrefix("198.18.0.0/16"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8:f000::/36")}
	for _, e := range c.Endpoints {
		if at := e.AddrPort(); seen[at] {
			t.Errorf("%s is listed twice", at)
		} else {
			seen[at] = true
		}
		if other, ok := pools[e.Addr]; ok && other != e.Pool && e.Shared == "none" {
			t.Errorf("%s serves %s and %s", e.Addr, other, e.Pool)
		}
		pools[e.Addr] = e.Pool
		inside := false
		for _, n := range nets {
			inside = inside || n.Contains(e.Addr)
		}
		if !inside || e.FirstSeen > e.LastSeen {
			t.Errorf("%+v", e)
		}
	}
	for kind := pool.Stratum; kind <= pool.Sinkhole; kind++ {
		if len(c.Find(kind, nil)) == 0 {
			t.Errorf("no endpoint of kind %d", kind)
		}
	}
}

func TestWriteFeed(t *testing.T) {
	c := catalogue(t)
	var b bytes.Buffer
	if err := c.WriteFeed(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(c.Endpoints)+1 || rows[0][0] != "ip" || len(rows[0]) != 15 {
		t.Errorf("%d rows of %v for %d endpoints", len(rows), rows[0], len(c.Endpoints))
	}
}
