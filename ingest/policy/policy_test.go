package policy_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"minewatch/ingest/policy"
)

func prefixes(texts ...string) []netip.Prefix {
	var list []netip.Prefix
	for _, t := range texts {
		list = append(list, netip.MustParsePrefix(t))
	}
	return list
}

func TestAdmits(t *testing.T) {
	named := []policy.Exporter{{Prefix: netip.MustParsePrefix("203.0.113.7/32")}}
	for _, c := range []struct {
		name    string
		rules   policy.Rules
		address string
		want    bool
	}{
		{"no rules", policy.Rules{}, "198.51.100.1", true},
		{"allowed", policy.Rules{Allow: prefixes("10.0.0.0/8", "fe80::/10")}, "10.1.2.3", true},
		{"not allowed", policy.Rules{Allow: prefixes("10.0.0.0/8", "fe80::/10")}, "11.1.2.3", false},
		{"IPv4 in IPv6", policy.Rules{Allow: prefixes("10.0.0.0/8")}, "::ffff:10.1.2.3", true},
		{"IPv6 is not IPv4", policy.Rules{Allow: prefixes("0.0.0.0/0")}, "2001:db8::1", false},
		{"with a zone", policy.Rules{Allow: prefixes("fe80::/10")}, "fe80::1%eth0", true},
		{"named", policy.Rules{Allow: prefixes("10.0.0.0/8"), Exporters: named}, "203.0.113.7", true},
		{"beside the named", policy.Rules{Exporters: named}, "203.0.113.8", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := policy.New(c.rules).Admits(netip.MustParseAddr(c.address)); got != c.want {
				t.Errorf("admits %s: %t, want %t", c.address, got, c.want)
			}
		})
	}
}

// TestExporter: the longest prefix decides alone, and what holds for all fills
// the rest.
func TestExporter(t *testing.T) {
	region := policy.Exporter{Prefix: netip.MustParsePrefix("10.1.0.0/16"), Name: "region", Sampling: 1000, Boundary: []uint32{7}}
	core := policy.Exporter{Prefix: netip.MustParsePrefix("10.1.2.3/32"), Name: "core", SamplingDefault: 64, Clock: policy.ExporterClock}
	slow := policy.Exporter{Prefix: netip.MustParsePrefix("2001:db8::/32"), ClockLimit: 3 * time.Hour}
	p := policy.New(policy.Rules{ClockLimit: time.Hour, SamplingDefault: 10, Exporters: []policy.Exporter{region, core, slow}})

	region.SamplingDefault, region.ClockLimit = 10, time.Hour
	core.ClockLimit = -1
	slow.SamplingDefault = 10
	for address, want := range map[string]policy.Exporter{
		"10.1.9.9":        region,
		"10.1.2.3":        core,
		"::ffff:10.1.2.3": core,
		"2001:db8::9":     slow,
		"10.2.0.1":        {SamplingDefault: 10, ClockLimit: time.Hour},
	} {
		if diff := cmp.Diff(want, p.Exporter(netip.MustParseAddr(address)), cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", address, diff)
		}
	}
}

func TestLive(t *testing.T) {
	live := policy.NewLive(policy.Rules{Allow: prefixes("10.0.0.0/8")})
	before, address := live.Policy(), netip.MustParseAddr("192.0.2.1")
	live.Set(policy.Rules{})
	if before.Admits(address) || !live.Policy().Admits(address) {
		t.Error("the exchanged policy is not in effect, or the old one changed")
	}
}

func BenchmarkAdmits(b *testing.B) {
	p := policy.New(policy.Rules{Allow: prefixes("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")})
	address := netip.MustParseAddr("192.168.7.7")
	for b.Loop() {
		p.Admits(address)
	}
}
