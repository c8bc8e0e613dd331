package flow_test

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"minewatch/ingest/flow"
)

// BenchmarkAppend turns records into columns, a datagram's worth at a time.
func BenchmarkAppend(b *testing.B) {
	const datagram, group = 24, 128 << 10
	records := make([]flow.Record, datagram)
	for i := range records {
		records[i] = flow.Record{Exporter: "10.255.0.1", Format: flow.NetFlow9, TimeSource: flow.ExporterClock, EndReason: flow.Null, Direction: flow.Null, NATSrcPort: flow.Null}
	}
	builder := array.NewRecordBuilder(memory.DefaultAllocator, flow.Schema())
	defer builder.Release()
	builder.Reserve(group)
	rows := 0
	for b.Loop() {
		flow.Append(builder, records)
		if rows += datagram; rows%group < datagram {
			builder.NewRecordBatch().Release()
			builder.Reserve(group)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows), "ns/record")
	b.ReportMetric(0, "ns/op")
}
