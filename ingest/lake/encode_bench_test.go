package lake_test

import (
	"io"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"golang.org/x/sys/unix"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake/parquetfile"
)

// BenchmarkEncode encodes a row group of a busy hour: by our writer, for a collector
// and thoroughly, and by arrow-go's with deltas for all numbers.
func BenchmarkEncode(b *testing.B) {
	const rows = 128 << 10
	batch := batchOf(traffic(1, rows, 5000))
	group := flow.NewGroup()
	group.AppendBatch(batch)
	asArrow := batch.Arrow()
	defer asArrow.Release()
	for _, c := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"ours", func(to io.Writer) error { return encodeOurs(to, group, parquetfile.Options{}) }},
		{"thorough", func(to io.Writer) error { return encodeOurs(to, group, parquetfile.Options{Thorough: true}) }},
		{"arrow-go", func(to io.Writer) error { return encodeArrow(to, asArrow) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			n, before := 0, processorTime(b)
			for b.Loop() {
				if err := c.write(io.Discard); err != nil {
					b.Fatal(err)
				}
				n++
			}
			b.ReportMetric(float64(n)*rows/(processorTime(b)-before).Seconds(), "rows/cpu-s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// processorTime is what the process has used: other work on the machine does
// not change it as it does the time on the wall.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func encodeOurs(to io.Writer, rows *flow.Group, o parquetfile.Options) error {
	w, err := parquetfile.NewWriter(flow.Schema(), o)
	if err != nil {
		return err
	}
	content, group, err := w.Encode(rows.Len(), rows.Values)
	if err != nil {
		return err
	}
	w.Add(group)
	_, err = to.Write(append(content, w.Footer()...))
	return err
}

func encodeArrow(to io.Writer, batch arrow.RecordBatch) error {
	properties := []parquet.WriterProperty{
		parquet.WithVersion(parquet.V2_6),
		parquet.WithDataPageVersion(parquet.DataPageV2),
		parquet.WithCompression(compress.Codecs.Zstd),
		parquet.WithCompressionLevel(1),
	}
	for _, c := range flow.Columns {
		if c.Type.ID() != arrow.DICTIONARY {
			properties = append(properties,
				parquet.WithDictionaryFor(c.Name, false),
				parquet.WithEncodingFor(c.Name, parquet.Encodings.DeltaBinaryPacked))
		}
	}
	w, err := pqarrow.NewFileWriter(flow.Schema(), to, parquet.NewWriterProperties(properties...), pqarrow.NewArrowWriterProperties())
	if err != nil {
		return err
	}
	if err := w.Write(batch); err != nil {
		return err
	}
	return w.Close()
}
