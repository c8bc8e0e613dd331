package lake_test

import (
	"testing"
	"time"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
)

// BenchmarkWrite appends a busy hour and publishes it, fsync included.
func BenchmarkWrite(b *testing.B) {
	records := traffic(1, 1<<20, 5000)
	var datagrams []*flow.Batch
	for i := 0; i < len(records); i += 24 {
		datagrams = append(datagrams, batchOf(records[i:min(i+24, len(records))]))
	}
	var rows, bytes int64
	for b.Loop() {
		w, err := lake.NewWriter(b.TempDir(), lake.Options{Name: "bench"})
		if err != nil {
			b.Fatal(err)
		}
		for _, datagram := range datagrams {
			if err := w.Append(datagram); err != nil {
				b.Fatal(err)
			}
		}
		files, err := w.Publish()
		if err != nil {
			b.Fatal(err)
		}
		for _, f := range files {
			rows += f.Rows
			bytes += f.Bytes
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(bytes)/float64(rows), "bytes/row")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkSpool does the same by the way of a collector. What stands on the
// receiving path, appending and flushing, is told apart from the publishing
// beside it.
func BenchmarkSpool(b *testing.B) {
	records := traffic(1, 1<<20, 5000)
	var batches []*flow.Batch
	for i := 0; i < len(records); i += 4096 {
		batches = append(batches, batchOf(records[i:i+4096]))
	}
	var receiving, publishing time.Duration
	for b.Loop() {
		s, err := lake.OpenSpool(b.TempDir(), lake.SpoolOptions{Name: "bench"})
		if err != nil {
			b.Fatal(err)
		}
		begun := time.Now()
		for _, batch := range batches {
			if err := s.Append(batch); err != nil {
				b.Fatal(err)
			}
		}
		segments, err := s.Seal()
		if err != nil {
			b.Fatal(err)
		}
		sealed := time.Now()
		for _, segment := range segments {
			if _, err := segment.Publish(); err != nil {
				b.Fatal(err)
			}
		}
		receiving, publishing = receiving+sealed.Sub(begun), publishing+time.Since(sealed)
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	rows := float64(b.N) * float64(len(records))
	b.ReportMetric(rows/receiving.Seconds(), "rows_received/s")
	b.ReportMetric(rows/publishing.Seconds(), "rows_published/s")
	b.ReportMetric(0, "ns/op")
}
