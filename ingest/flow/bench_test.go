package flow_test

import (
	"testing"

	"minewatch/ingest/flow"
)

// BenchmarkBatch takes records over from one batch to another, a datagram's
// worth at a time, and makes a row group's worth of them an Arrow record.
func BenchmarkBatch(b *testing.B) {
	const datagram, group = 24, 128 << 10
	one, all := batchOf(made(datagram)), flow.NewBatch(group)
	rows := 0
	for b.Loop() {
		all.AppendRange(one, 0, datagram)
		if rows += datagram; all.Len()+datagram > group {
			all.Arrow().Release()
			all.Reset()
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows), "ns/record")
	b.ReportMetric(0, "ns/op")
}
