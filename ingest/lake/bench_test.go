package lake_test

import (
	"testing"

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
