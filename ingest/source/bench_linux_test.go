package source_test

import (
	"testing"

	"minewatch/ingest/source"
)

// BenchmarkListener sends over loopback in bursts that the receive buffer
// holds, and waits for each: the rate is that of sending and receiving on one
// machine together, and nothing is lost in it.
func BenchmarkListener(b *testing.B) {
	const burst, size = 1000, 1400
	l, stop := listen(b, source.UDPOptions{ReceiveBuffer: 16 << 20}, loopback)
	c := dial(b, l, 0)
	b.SetBytes(burst * size)
	b.ReportAllocs()
	for b.Loop() {
		go send(b, c, 0, burst, size)
		for n := 0; n < burst; {
			batch := l.Next()
			n += len(batch.Datagrams)
			batch.Release()
		}
	}
	b.ReportMetric(float64(b.N)*burst/b.Elapsed().Seconds(), "datagrams/s")
	stop()
	if counts := l.Counts(); counts.KernelDropped+counts.QueueDropped > 0 {
		b.Errorf("lost some: %+v", counts)
	}
}
