package wire_test

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"minewatch/cmd/flowgen/internal/wire"
	"minewatch/cmd/flowgen/internal/wire/wiretest"
)

const start = int64(1_762_617_600_000)

// specs has every way to export.
var specs = map[string]wire.Spec{
	"v5":          {Format: wire.NetFlow5, Domain: 3, Sampling: 1, BootedAt: start - 5_000_000},
	"v9":          {Format: wire.NetFlow9, Domain: 7, Sampling: 100, BootedAt: start - 1<<32 + 60_000},
	"v9 samplers": {Format: wire.NetFlow9, Domain: 8, Sampling: 1000, Samplers: true, AbsoluteTimes: true, BootedAt: start - 77},
	"ipfix":       {Format: wire.IPFIX, Domain: 9, Sampling: 50, BootedAt: start - 77},
	"sflow":       {Format: wire.SFlow, Domain: 1, Sampling: 1000, BootedAt: start - 77, Address: netip.MustParseAddr("10.255.0.6")},
}

// randomRecords are records a few seconds apart, every third one IPv6 if the
// format can.
func randomRecords(s wire.Spec, n int) []wire.Record {
	rng := rand.New(rand.NewPCG(1, 2))
	list := make([]wire.Record, n)
	at := start
	for i := range list {
		at += rng.Int64N(4000)
		r := wire.Record{
			Export: at, Last: at - rng.Int64N(100), Bytes: 60 + rng.Uint64N(1400), Packets: 1 + rng.Uint64N(50),
			Src: ipv4(rng), Dst: ipv4(rng), SrcPort: uint16(rng.Uint32()), DstPort: uint16(rng.Uint32()),
			InIf: 1, OutIf: 2, Proto: wire.TCP, Flags: wire.SYN | wire.ACK, Reason: wire.EndActive, Direction: wire.Egress,
		}
		r.First = r.Last - rng.Int64N(60_000)
		if s.Format == wire.SFlow {
			r.Packets = 1
		}
		if i%3 == 0 && s.Format != wire.NetFlow5 && !s.Samplers {
			r.Src, r.Dst = ipv6(rng), ipv6(rng)
		}
		list[i] = r
	}
	return list
}

func ipv4(rng *rand.Rand) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32())})
}

func ipv6(rng *rand.Rand) netip.Addr {
	return netip.AddrFrom16([16]byte{0x20, 1, 0x0d, 0xb8, 14: byte(rng.Uint32()), 15: byte(rng.Uint32())})
}

// export sends the records and decodes what comes out with goflow2.
func export(t *testing.T, s wire.Spec, recs []wire.Record) []wiretest.Datagram {
	t.Helper()
	var out []wiretest.Datagram
	reader, meter := wiretest.NewReader(), wire.NewMeter()
	e, err := wire.NewExporter(s, func(d wire.Datagram) error {
		if len(d.Payload) > 1472 {
			t.Errorf("datagram of %d bytes does not fit an Ethernet frame", len(d.Payload))
		}
		got, err := reader.Decode(d.Payload)
		if err != nil {
			t.Fatalf("goflow2: %v", err)
		}
		counted, err := meter.Count(d.Payload)
		if err != nil {
			t.Fatalf("meter: %v", err)
		}
		if diff := cmp.Diff(got.Tally, d.Tally); diff != "" {
			t.Fatalf("goflow2 finds something else than was said (-goflow2 +exporter):\n%s", diff)
		}
		if diff := cmp.Diff(got.Tally, counted); diff != "" {
			t.Fatalf("the meter counts something else (-goflow2 +meter):\n%s", diff)
		}
		if s.Format != wire.SFlow && got.Exported/1000 != d.At/1000 {
			t.Errorf("exported at %d, want %d", got.Exported, d.At)
		}
		out = append(out, got)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range recs {
		if err := e.Write(&recs[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Flush(); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestExporterRoundTrip(t *testing.T) {
	for name, spec := range specs {
		t.Run(name, func(t *testing.T) {
			recs := randomRecords(spec, 2000)
			var got []wire.Record
			for _, d := range export(t, spec, recs) {
				for _, r := range d.Records {
					got = append(got, absolute(spec, &d, r))
				}
			}
			want := make([]wire.Record, len(recs))
			for i, r := range recs {
				want[i] = carried(spec, r)
			}
			// Records of one datagram may be grouped by address family.
			order := cmpopts.SortSlices(func(a, b wire.Record) bool {
				return a.SrcPort < b.SrcPort || a.SrcPort == b.SrcPort && a.DstPort < b.DstPort
			})
			if diff := cmp.Diff(want, got, order, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
				t.Errorf("(-sent +decoded):\n%.2000s", diff)
			}
		})
	}
}

// absolute turns uptimes into times by the signed difference to the header's.
func absolute(s wire.Spec, d *wiretest.Datagram, r wire.Record) wire.Record {
	if d.Relative {
		exported := s.BootedAt + (d.Exported-s.BootedAt)/(1<<32)*(1<<32) + int64(d.Uptime)
		r.First = exported + int64(int32(uint32(r.First)-d.Uptime))
		r.Last = exported + int64(int32(uint32(r.Last)-d.Uptime))
	}
	return r
}

// carried is the part of a record that a format transports.
func carried(s wire.Spec, r wire.Record) wire.Record {
	r.Export = 0
	if s.Format != wire.IPFIX {
		r.Reason = 0
	}
	switch s.Format {
	case wire.NetFlow5:
		r.Direction = 0
	case wire.SFlow:
		r.Direction, r.First, r.Last = 0, 0, 0
	default: // the others carry it all
	}
	return r
}

func TestExporterSequence(t *testing.T) {
	for name, spec := range specs {
		t.Run(name, func(t *testing.T) {
			want := uint32(0)
			if spec.Format == wire.SFlow {
				want = 1
			}
			for _, d := range export(t, spec, randomRecords(spec, 3000)) {
				if d.Sequence != want {
					t.Fatalf("sequence %d, want %d", d.Sequence, want)
				}
				switch spec.Format {
				case wire.NetFlow5, wire.IPFIX: // records
					want += uint32(d.Tally.Records + d.OptionsRecords)
				default: // datagrams
					want++
				}
			}
		})
	}
}

func TestExporterSampling(t *testing.T) {
	for name, want := range map[string][]map[uint16]uint64{
		"v9":          {{1: 0, 34: 100, 35: 1}},
		"v9 samplers": {{1: 0, 48: 2, 49: 2, 50: 5000}, {1: 0, 48: 1, 49: 2, 50: 1000}},
		"ipfix":       {{149: 9, 304: 1, 305: 1, 306: 49}},
	} {
		t.Run(name, func(t *testing.T) {
			out := export(t, specs[name], randomRecords(specs[name], 10))
			if diff := cmp.Diff(want, out[0].Options); diff != "" {
				t.Errorf("options (-want +got):\n%s", diff)
			}
		})
	}
	if rates := export(t, specs["v5"], randomRecords(specs["v5"], 1))[0].Rates; rates[0] != 1 {
		t.Errorf("v5 header: 1 in %d, want 1 in 1", rates[0])
	}
	if rates := export(t, specs["sflow"], randomRecords(specs["sflow"], 1))[1].Rates; rates[0] != 1000 {
		t.Errorf("sFlow sample: 1 in %d, want 1 in 1000", rates[0])
	}
}

func TestExporterResendsTemplates(t *testing.T) {
	recs := randomRecords(specs["ipfix"], 3000) // about 100 minutes
	var at []int64
	for _, d := range export(t, specs["ipfix"], recs) {
		if d.Templates > 0 {
			at = append(at, d.Exported)
		}
	}
	if len(at) < 4 {
		t.Fatalf("templates were sent %d times in %d minutes", len(at), (recs[len(recs)-1].Export-start)/60_000)
	}
	for i := 1; i < len(at); i++ {
		if gap := at[i] - at[i-1]; gap < 20*60_000-1000 || gap > 22*60_000 {
			t.Errorf("templates came again after %d s", gap/1000)
		}
	}
}

func TestExporterUnknownFormat(t *testing.T) {
	if _, err := wire.NewExporter(wire.Spec{Format: "netflow1"}, nil); err == nil {
		t.Error("no error")
	}
}
