package network_test

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/network"
	"minewatch/cmd/flowgen/internal/wire"
)

// fixture is a network that keeps what its routers export.
type fixture struct {
	*network.Network
	week calendar.Week
	got  map[string][]wire.Record
}

func newFixture(t *testing.T, o network.Options) *fixture {
	t.Helper()
	week, err := calendar.Parse("2026-W46", "Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{week: week, got: map[string][]wire.Record{}}
	f.Network = network.New(week, o, func(r *network.Router, rec wire.Record) {
		f.got[r.Name] = append(f.got[r.Name], rec)
	})
	return f
}

var conn = network.Conn{
	Inside: netip.MustParseAddrPort("10.8.0.1:40000"), Outside: netip.MustParseAddrPort("198.18.0.1:3333"), Proto: wire.TCP,
}

// slice is what a record says of time and traffic, in seconds from the start.
type slice struct {
	First, Last, Export int64
	Packets, Bytes      uint64
	Reason              uint8
}

func (f *fixture) slices(router string, up bool) []slice {
	var list []slice
	for _, r := range f.got[router] {
		if (r.Src == conn.Inside.Addr()) == up {
			s := f.week.Start()
			list = append(list, slice{(r.First - s) / 1000, (r.Last - s) / 1000, (r.Export - s) / 1000, r.Packets, r.Bytes, r.Reason})
		}
	}
	return list
}

func TestSilenceCutsRecords(t *testing.T) {
	f := newFixture(t, network.Options{})
	flow := f.Open(f.Site(network.Metro), conn, rand.New(rand.NewPCG(1, 1)))
	for _, s := range []int64{0, 5, 40, 70} { // a packet every half minute
		flow.Packet(f.week.Start()+s*1000, true, 100, wire.ACK)
	}
	flow.Close()
	want := []slice{{0, 5, 21, 2, 200, wire.EndIdle}, {40, 40, 56, 1, 100, wire.EndIdle}, {70, 70, 86, 1, 100, wire.EndIdle}}
	if diff := cmp.Diff(want, f.slices("metro-1", true)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if flow.Up != (network.Count{Packets: 4, Bytes: 400}) || flow.Down.Packets != 0 {
		t.Errorf("true traffic: %+v %+v", flow.Up, flow.Down)
	}
}

func TestTwoRoutersCutAtTheirOwnTimeouts(t *testing.T) {
	f := newFixture(t, network.Options{Sampling: 1})
	flow := f.Open(f.Site(network.Core), conn, rand.New(rand.NewPCG(1, 1)))
	for s := int64(0); s <= 150; s += 10 {
		flow.Packet(f.week.Start()+s*1000, false, 50, wire.ACK)
	}
	flow.Packet(f.week.Start()+151_000, false, 50, wire.FIN|wire.ACK)
	flow.Close()
	active := []slice{{0, 50, 61, 6, 300, wire.EndActive}, {60, 110, 121, 6, 300, wire.EndActive}, {120, 151, 152, 5, 250, wire.EndOfFlow}}
	if diff := cmp.Diff(active, f.slices("core-1", false)); diff != "" {
		t.Errorf("active timeout 60 s (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]slice{{0, 151, 152, 17, 850, wire.EndOfFlow}}, f.slices("core-2", false)); diff != "" {
		t.Errorf("active timeout 1,800 s (-want +got):\n%s", diff)
	}
}

func TestSamplingTakesOneInN(t *testing.T) {
	const packets = 3_000_000
	for _, site := range []string{network.Backbone, network.Campus} {
		f := newFixture(t, network.Options{})
		flow := f.Open(f.Site(site), conn, rand.New(rand.NewPCG(1, 1)))
		for i := range int64(packets) {
			flow.Packet(f.week.Start()+i*20, true, 100, wire.ACK)
		}
		flow.Close()
		var seen uint64
		for _, r := range f.got[site+"-1"] {
			seen += r.Packets
		}
		if seen < packets/1000*95/100 || seen > packets/1000*105/100 {
			t.Errorf("%s: %d of %d packets were sampled, want about %d", site, seen, packets, packets/1000)
		}
	}
}

func TestTransferKeepsItsTotals(t *testing.T) {
	f := newFixture(t, network.Options{Sampling: 1})
	transfer := network.Transfer{
		Conn: conn, First: f.week.Start(), Last: f.week.Start() + 200_000,
		Up: network.Count{Packets: 1001, Bytes: 100_100}, UpFlags: wire.SYN | wire.ACK | wire.FIN,
	}
	n := f.Pass(f.Site(network.Core), &transfer, rand.New(rand.NewPCG(1, 1)))
	if n != 4+1 || n != len(f.got["core-1"])+len(f.got["core-2"]) {
		t.Fatalf("%d records, %d and %d exported; want 4 and 1", n, len(f.got["core-1"]), len(f.got["core-2"]))
	}
	for name, records := range f.got {
		var packets, bytes uint64
		last := int64(0)
		for i, r := range records {
			packets += r.Packets
			bytes += r.Bytes
			if r.First <= last || r.Last < r.First || r.Export < r.Last {
				t.Errorf("%s record %d: %+v", name, i, r)
			}
			last = r.Last
		}
		if packets != 1001 || bytes != 100_100 {
			t.Errorf("%s: %d packets, %d bytes", name, packets, bytes)
		}
	}
}

func TestCachesAreFlushedAtTheEndOfTheWeek(t *testing.T) {
	f := newFixture(t, network.Options{})
	flow := f.Open(f.Site(network.Metro), conn, rand.New(rand.NewPCG(1, 1)))
	flow.Packet(f.week.End()-5000, true, 100, wire.ACK)
	flow.Close()
	r := f.got["metro-1"][0]
	if r.Export >= f.week.End() || r.Reason != wire.EndForced {
		t.Errorf("exported %d ms after the week, reason %d", r.Export-f.week.End(), r.Reason)
	}
}

func TestLiveExportersAreLoopback(t *testing.T) {
	f := newFixture(t, network.Options{Live: network.MaxLive, LiveShare: .1})
	sum := 0.0
	for _, s := range f.Sites {
		sum += s.Share
		for _, r := range s.Routers {
			if r.Address.IsLoopback() != s.Live {
				t.Errorf("%s has the address %s", r.Name, r.Address)
			}
		}
	}
	if sum < .999 || sum > 1.001 {
		t.Errorf("the sites' shares add up to %g", sum)
	}
	if r := f.Site(network.Core).Routers[0]; f.week.Index(r.BootedAt+1<<32) != 3 {
		t.Error("the uptime of core-1 does not wrap on Thursday")
	}
}
