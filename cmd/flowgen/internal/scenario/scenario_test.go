package scenario_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/network"
	"minewatch/cmd/flowgen/internal/pool"
	"minewatch/cmd/flowgen/internal/province"
	"minewatch/cmd/flowgen/internal/scenario"
	"minewatch/cmd/flowgen/internal/wire"
)

// planted is a played scenario and everything that the routers exported.
type planted struct {
	scenario.Planted
	pools   *pool.Catalogue
	records map[netip.Addr][]wire.Record // by the address of the province
	count   int
}

// A scenario is played once for all tests that look at it.
func plant(t *testing.T, n uint64, o network.Options, small bool) planted {
	t.Helper()
	key := fmt.Sprint(n, o, small)
	if _, ok := played[key]; !ok {
		played[key] = play(t, n, o, small)
	}
	return played[key]
}

var played = map[string]planted{}

func play(t *testing.T, n uint64, o network.Options, small bool) planted {
	t.Helper()
	week, err := calendar.Parse("2026-W46", "Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	p := planted{pools: pool.New(n, week), records: map[netip.Addr][]wire.Record{}}
	net := network.New(week, o, func(_ *network.Router, r wire.Record) {
		host := r.Src
		if r.Direction == wire.Egress {
			host = r.Dst
		}
		p.records[host] = append(p.records[host], r)
		p.count++
	})
	world := scenario.World{Seed: n, Week: week, Province: province.New(n), Pools: p.pools, Network: net}
	if p.Planted, err = scenario.Plant(world, small); err != nil {
		t.Fatal(err)
	}
	return p
}

var standard = network.Options{Live: 3, LiveShare: .1}

func TestEveryBehaviourIsPlanted(t *testing.T) {
	for _, small := range []bool{true, false} {
		p := plant(t, 1, standard, small)
		var names []string
		hosts := map[netip.Addr]string{}
		for _, h := range p.Truth {
			if !slices.Contains(names, h.Behaviour) {
				names = append(names, h.Behaviour)
			}
			if other, twice := hosts[h.Host]; twice {
				t.Errorf("%s is both %s and %s", h.Host, other, h.Behaviour)
			}
			hosts[h.Host] = h.Behaviour
			if len(p.records[h.Host]) == 0 {
				t.Errorf("%s %s: no flow record", h.Behaviour, h.Host)
			}
		}
		if diff := cmp.Diff(scenario.Names(), names); diff != "" {
			t.Errorf("small %t: behaviours (-table +planted):\n%s", small, diff)
		}
		if p.count > 900_000 {
			t.Errorf("small %t: %d planted records, want 900,000 at most", small, p.count)
		}
	}
}

func TestTruthFitsTheGrades(t *testing.T) {
	for n, small := range map[uint64]bool{1: false, 2: true, 3: true} {
		for _, h := range plant(t, n, standard, small).Truth {
			switch h.Behaviour {
			case "two-minutes":
				within(t, h, 100, 299, 1, 1)
			case "twenty-minutes":
				within(t, h, 301, 3599, 1, 1)
			case "one-day-3h", "address-only-8h":
				within(t, h, 3600, 30_000, 1, 1)
			case "new-midweek":
				within(t, h, 2*86400, 4*86400, 2, 4)
			case "steady", "nat-farm", "ipv6", "fail-over", "dev-fee", "sampled-weak", "exclusion-expired":
				within(t, h, 6.9*86400, 7*86400, 7, 7)
			case "dedicated-443":
				within(t, h, 6*3600, 7*86400, 2, 7)
			}
			if h.Class == scenario.Miner && (h.BytesUp == 0 || h.BytesDown == 0) {
				t.Errorf("%s %s: %d bytes up, %d down", h.Behaviour, h.Host, h.BytesUp, h.BytesDown)
			}
			if strings.HasPrefix(h.Behaviour, "scan-") && h.BytesUp > 0 && h.BytesDown > 0 {
				t.Errorf("%s %s has traffic both ways", h.Behaviour, h.Host)
			}
		}
	}
}

func within(t *testing.T, h scenario.Truth, low, high float64, fewest, most int) {
	t.Helper()
	if s := float64(h.Seconds); s < low || s > high || h.Days < fewest || h.Days > most {
		t.Errorf("%s %s: %d s on %d days, want %g-%g s on %d-%d days", h.Behaviour, h.Host, h.Seconds, h.Days, low, high, fewest, most)
	}
}

// What a router that counts every packet exports adds up to the truth.
func TestTruthIsWhatUnsampledRoutersExport(t *testing.T) {
	p := plant(t, 1, standard, true)
	checked := 0
	for _, h := range p.Truth {
		if h.Sampling != 1 || strings.Contains(h.Exporters, " ") || h.Behaviour == "p2p-node" || h.Behaviour == "nat-web" {
			continue // seen in part, twice, or with traffic that is not a pool's
		}
		if h.Exporters == "transit-1" {
			h.BytesDown = 0 // nor does it see the answers
		}
		var up, down int64
		for _, r := range p.records[h.Host] {
			if r.Src == h.Host {
				up += int64(r.Bytes)
			} else {
				down += int64(r.Bytes)
			}
		}
		if up != h.BytesUp || down != h.BytesDown {
			t.Errorf("%s %s: exported %d up and %d down, truth %d and %d", h.Behaviour, h.Host, up, down, h.BytesUp, h.BytesDown)
		}
		checked++
	}
	if checked < 20 {
		t.Errorf("only %d hosts could be compared", checked)
	}
}

// A miner's records are mostly without duration: the trap that the sum of
// record durations falls into.
func TestSumOfDurationsIsATrap(t *testing.T) {
	p := plant(t, 1, standard, false)
	for _, h := range p.Truth {
		if h.Behaviour != "steady" || h.Coin != "XMR" || h.Sampling != 1 {
			continue
		}
		var sum int64
		for _, r := range p.records[h.Host] {
			if r.Src == h.Host {
				sum += (r.Last - r.First) / 1000
			}
		}
		if share := float64(sum) / float64(h.Seconds); share > .5 {
			t.Errorf("the records' durations sum up to %.0f%% of the truth", 100*share)
		}
		return
	}
	t.Error("no unsampled steady XMR miner")
}

func TestProberLooksLikeOne(t *testing.T) {
	p := plant(t, 1, standard, true)
	for _, h := range p.Truth {
		if h.Behaviour != "prober" {
			continue
		}
		endpoints := map[netip.AddrPort]bool{}
		for _, r := range p.records[h.Host] {
			if r.Src == h.Host {
				endpoints[netip.AddrPortFrom(r.Dst, r.DstPort)] = true
			}
		}
		if len(endpoints) < 400 {
			t.Errorf("%s probed %d endpoints in the week, want hundreds", h.Host, len(endpoints))
		}
	}
}

func TestExclusions(t *testing.T) {
	p := plant(t, 1, standard, true)
	byHost := map[netip.Addr]string{}
	for _, e := range p.Exclusions {
		byHost[e.Host] = e.Expires
	}
	for _, h := range p.Truth {
		switch expires := byHost[h.Host]; {
		case h.Behaviour == "research" && expires <= "2026-11-16":
			t.Errorf("the research host's exclusion ends %q", expires)
		case h.Behaviour == "exclusion-expired" && (expires == "" || expires >= "2026-11-09"):
			t.Errorf("the expired exclusion ends %q", expires)
		}
	}
	if len(p.Exclusions) != 2 {
		t.Errorf("%d exclusions, want 2", len(p.Exclusions))
	}
}

func TestOptionsChangeTheScenario(t *testing.T) {
	for _, h := range plant(t, 1, network.Options{Live: 0, Sampling: 100}, true).Truth {
		if strings.Contains(h.Exporters, "live") {
			t.Errorf("%s is seen by %s, but there are no live exporters", h.Host, h.Exporters)
		}
		if h.Behaviour == "two-exporters" && (h.Sampling != 100 || h.Expected == "A") {
			t.Errorf("sampled core: %+v", h)
		}
	}
}
