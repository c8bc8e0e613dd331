package decode_test

import (
	"flag"
	"runtime"
	"testing"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
)

var byReference = flag.Bool("reference", false, "measure goflow2's decoders instead of the fast ways")

// exports is a datagram that exporters usually send, and what has to come before.
type exports struct {
	name         string
	prepare, say []byte
	records      int
	lastBytes    int64
}

// usual has what most exporters send, by each of the ways that it is read.
func usual() []exports {
	v4 := []field{
		f(8, 4), f(12, 4), f(15, 4), f(10, 4), f(14, 4), f(2, 4), f(1, 4), f(22, 4), f(21, 4), f(7, 2),
		f(11, 2), f(4, 1), f(6, 1), f(5, 1), f(16, 4), f(17, 4), f(9, 1), f(13, 1), f(61, 1), f(48, 1),
	}
	row4 := join(ip("10.0.0.1"), ip("198.51.100.7"), ip("10.0.0.254"), be(4, 3), be(4, 4), be(4, 20), be(4, 3000), be(4, uptime0-60_000), be(4, uptime0-1000), be(2, 50000),
		be(2, 3333), be(1, 6), be(1, 0x1b), be(1, 0), be(4, 64500), be(4, 64501), be(1, 24), be(1, 16), be(1, 0), be(1, 1))
	v6 := []field{f(27, 16), f(28, 16), f(7, 2), f(11, 2), f(4, 1), f(6, 2), f(1, 8), f(2, 8), f(10, 4), f(14, 4), f(152, 8), f(153, 8), f(136, 1), f(5, 1), f(31, 4)}
	row6 := join(ip("2001:db8::1"), ip("2001:db8::2"), be(2, 50000), be(2, 3333), be(1, 6), be(2, 0x1b), be(8, 3000), be(8, 20), be(4, 3), be(4, 4), ms(now.Add(-60e9)), ms(now.Add(-1e9)), be(1, 1), be(1, 0), be(4, 0))
	// What nProbe and AVC add to a record, and YAF's two directions in one.
	named := []field{
		f(8, 4), f(12, 4), f(7, 2), f(11, 2), f(4, 1), f(6, 1), f(1, 8), f(2, 8), f(10, 4), f(14, 4), f(152, 8), f(153, 8),
		vf(96),
		{187, 65535, 35632},
		{180, 65535, 35632},
		f(136, 1),
	}
	rowNamed := join(ip("10.0.0.1"), ip("198.51.100.7"), be(2, 50000), be(2, 3333), be(1, 6), be(1, 0x1b), be(8, 3000), be(8, 20), be(4, 3), be(4, 4), ms(now.Add(-60e9)), ms(now.Add(-1e9)),
		be(1, 3), []byte("TLS"), be(1, 16), []byte("pool.example.org"), be(1, 0), be(1, 1))
	biflow := []field{
		f(152, 8), f(153, 8), f(8, 4), f(12, 4), f(7, 2), f(11, 2), f(4, 1), f(136, 1), f(10, 4), f(14, 4), f(6, 1), rf(6, 1), f(2, 4), rf(2, 4), f(1, 4), rf(1, 4), {21, 4, 6871},
	}
	rowBiflow := join(ms(now.Add(-60e9)), ms(now.Add(-1e9)), ip("10.0.0.1"), ip("198.51.100.7"), be(2, 50000), be(2, 3333), be(1, 6), be(1, 1), be(4, 3), be(4, 4),
		be(1, 0x1b), be(1, 0x1a), be(4, 20), be(4, 18), be(4, 3000), be(4, 2900), be(4, 12))
	packet := flowSample(rawHeader(1, 1518, join(ethernet(0x8100, join(be(2, 7), be(2, 0x0800), ipv4Packet(6, tcp()))), make([]byte, 70))))
	return []exports{
		{"netflow5", nil, v5(30, 1000, repeat(30, v5record(uptime0-60_000, uptime0-1000))...), 30, 3000},
		{"netflow9", join(samplers9(domain0, []field{f(48, 1), f(50, 4)}, join(be(1, 1), be(4, 100))), set(0, template(256, v4...))), v9(set(256, repeat(24, row4)...)), 24, 3000},
		{"ipfix6", v10(set(2, template(256, v6...))), v10(set(256, repeat(14, row6)...)), 14, 3000},
		{"variable", v10(set(2, template(256, named...))), v10(set(256, repeat(16, rowNamed)...)), 16, 3000},
		{"biflow", v10(set(2, template(256, biflow...))), v10(set(256, repeat(20, rowBiflow)...)), 40, 2900},
		{"sflow", nil, sflow5(repeat(7, packet)...), 7, 1518},
	}
}

// BenchmarkDecode decodes the datagrams that exporters send most, again and
// again. An op is a datagram; the metrics are per flow record.
func BenchmarkDecode(b *testing.B) {
	for _, c := range usual() {
		b.Run(c.name, func(b *testing.B) {
			d := decode.New(decode.Options{Reference: *byReference})
			d.Decode(router, now, c.prepare, nil)
			out := flow.NewBatch(0)
			d.DecodeBatch(router, now, c.say, out)
			if out.Len() != c.records {
				b.Fatalf("%d records", out.Len())
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
			all := float64(b.N) * float64(c.records)
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
