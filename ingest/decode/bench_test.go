package decode_test

import (
	"flag"
	"runtime"
	"testing"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
)

var byReference = flag.Bool("reference", false, "measure goflow2's decoders instead of the compiled templates")

// BenchmarkDecode decodes the datagrams that routers send most, again and
// again. An op is a datagram; the metrics are per flow record.
func BenchmarkDecode(b *testing.B) {
	v4 := []field{
		f(8, 4), f(12, 4), f(15, 4), f(10, 4), f(14, 4), f(2, 4), f(1, 4), f(22, 4), f(21, 4), f(7, 2),
		f(11, 2), f(4, 1), f(6, 1), f(5, 1), f(16, 4), f(17, 4), f(9, 1), f(13, 1), f(61, 1), f(48, 1),
	}
	row4 := join(ip("10.0.0.1"), ip("198.51.100.7"), ip("10.0.0.254"), be(4, 3), be(4, 4), be(4, 20), be(4, 3000), be(4, uptime0-60_000), be(4, uptime0-1000), be(2, 50000),
		be(2, 3333), be(1, 6), be(1, 0x1b), be(1, 0), be(4, 64500), be(4, 64501), be(1, 24), be(1, 16), be(1, 0), be(1, 1))
	v6 := []field{f(27, 16), f(28, 16), f(7, 2), f(11, 2), f(4, 1), f(6, 2), f(1, 8), f(2, 8), f(10, 4), f(14, 4), f(152, 8), f(153, 8), f(136, 1), f(5, 1), f(31, 4)}
	row6 := join(ip("2001:db8::1"), ip("2001:db8::2"), be(2, 50000), be(2, 3333), be(1, 6), be(2, 0x1b), be(8, 3000), be(8, 20), be(4, 3), be(4, 4), ms(now.Add(-60e9)), ms(now.Add(-1e9)), be(1, 1), be(1, 0), be(4, 0))
	packet := flowSample(rawHeader(1, 1518, join(ethernet(0x8100, join(be(2, 7), be(2, 0x0800), ipv4Packet(6, tcp()))), make([]byte, 70))))
	for _, c := range []struct {
		name    string
		prepare []byte
		say     []byte
	}{
		{"netflow5", nil, v5(30, 1000, repeat(30, v5record(uptime0-60_000, uptime0-1000))...)},
		{"netflow9", join(samplers9(domain0, []field{f(48, 1), f(50, 4)}, join(be(1, 1), be(4, 100))), set(0, template(256, v4...))), v9(set(256, repeat(24, row4)...))},
		{"ipfix6", v10(set(2, template(256, v6...))), v10(set(256, repeat(14, row6)...))},
		{"sflow", nil, sflow5(repeat(7, packet)...)},
	} {
		b.Run(c.name, func(b *testing.B) {
			d := decode.New(decode.Options{Reference: *byReference})
			d.Decode(router, now, c.prepare, nil)
			out := flow.NewBatch(0)
			d.DecodeBatch(router, now, c.say, out)
			records := out.Len()
			if records < 7 {
				b.Fatalf("%d records", records)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			b.SetBytes(int64(len(c.say)))
			for b.Loop() {
				if out.Len() > 4000 {
					out.Reset() // as often as in a collector
				}
				d.DecodeBatch(router, now, c.say, out)
			}
			runtime.ReadMemStats(&after)
			all := float64(b.N) * float64(records)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/all, "ns/record")
			b.ReportMetric(float64(after.Mallocs-before.Mallocs)/all, "allocs/record")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func repeat(n int, b []byte) [][]byte {
	all := make([][]byte, n)
	for i := range all {
		all[i] = b
	}
	return all
}
