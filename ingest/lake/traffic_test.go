package lake_test

import (
	"math/rand/v2"
	"net/netip"
	"time"

	"minewatch/ingest/flow"
)

// morning is when the made traffic begins.
var morning = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// traffic makes n flow records like those of a campus border, perSecond of
// them a second: a few exporters that send two dozen records a datagram,
// internal hosts that talk to a long tail of servers on few ports, flow times
// that lie up to a minute before the receipt, heavy-tailed sizes.
func traffic(seed uint64, n, perSecond int) []flow.Record {
	rng := rand.New(rand.NewPCG(seed, 1))
	hosts := rand.NewZipf(rng, 1.1, 8, 1<<16-1)
	servers := rand.NewZipf(rng, 1.1, 50, 1<<20)
	ports := []int32{443, 443, 443, 443, 443, 80, 80, 53, 53, 123, 3333, 8080, 5222, 22}
	sizes := []int64{40, 52, 60, 64, 76, 120, 576, 1400, 1500}

	records := make([]flow.Record, n)
	for i := range records {
		if i%24 != 0 {
			records[i] = records[i-1] // one datagram: exporter, time of receipt
		} else {
			received := morning.Add(time.Duration(float64(i) / float64(perSecond) * float64(time.Second)))
			records[i] = flow.Record{
				ReceivedAt:   received.UnixMicro() + rng.Int64N(900),
				SamplingRate: 1000,
				Exporter:     netip.AddrFrom4([4]byte{10, 255, 0, byte(rng.IntN(4))}).String(),
				EndReason:    flow.Null,
				Direction:    flow.Null,
				Boundary:     flow.Null,
				NATSrcPort:   flow.Null,
				Format:       flow.NetFlow9,
				TimeSource:   flow.ExporterClock,
			}
		}
		r := &records[i]
		r.Domain = int64(r.Exporter[len(r.Exporter)-1] - '0')
		r.EndedAt = r.ReceivedAt/1000 - rng.Int64N(15_000)
		r.StartedAt = r.EndedAt - rng.Int64N(1<<rng.IntN(16))
		host, server := uint32(10<<24|hosts.Uint64()), uint32(servers.Uint64()*2_654_435_761)
		r.Src, r.SrcPort = address(host), 32768+rng.Int32N(28000)
		r.Dst, r.DstPort = address(server), ports[rng.IntN(len(ports))]
		r.InIf, r.OutIf = 1+rng.Int64N(8), 17
		r.SrcAS, r.DstAS = 0, 4134+int64(server%64)
		if rng.IntN(2) == 0 {
			r.Src, r.Dst, r.SrcPort, r.DstPort = r.Dst, r.Src, r.DstPort, r.SrcPort
			r.InIf, r.OutIf, r.SrcAS, r.DstAS = r.OutIf, r.InIf, r.DstAS, r.SrcAS
		}
		r.Proto, r.TCPFlags = 6, 0x1b
		if port := min(r.SrcPort, r.DstPort); port == 53 || port == 123 {
			r.Proto, r.TCPFlags = 17, 0
		}
		r.Packets = 1 + rng.Int64N(1<<rng.IntN(8))
		r.Bytes = r.Packets * (sizes[rng.IntN(len(sizes))] + rng.Int64N(16))
	}
	return records
}

func address(v4 uint32) flow.Addr {
	return flow.AddrFrom4([4]byte{byte(v4 >> 24), byte(v4 >> 16), byte(v4 >> 8), byte(v4)})
}

func batchOf(records []flow.Record) *flow.Batch {
	b := flow.NewBatch(len(records))
	for i := range records {
		b.AppendRecord(&records[i])
	}
	return b
}
