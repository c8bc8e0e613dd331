package flowscan_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/schema"
)

// record is a flow as a test makes it; times in ms.
type record struct {
	received, started, ended                             int64
	srcHi, srcLo, dstHi, dstLo                           int64
	srcPort, dstPort, proto, flags, rate, bytes, packets int64
	exporter, format, source                             string
}

// shape is how a file of records is written.
type shape struct {
	micros     bool // times in µs
	nullable   bool
	dictionary bool
	delta      bool
	v2         bool
	codec      compress.Compression
	page       int64 // bytes
	group      int   // rows
	filtered   bool  // Bloom filters of the lower halves
}

var numbers = []struct {
	name string
	wide bool
	of   func(*record) int64
}{
	{"received_at", true, func(r *record) int64 { return r.received }},
	{"started_at", true, func(r *record) int64 { return r.started }},
	{"ended_at", true, func(r *record) int64 { return r.ended }},
	{"src_hi", true, func(r *record) int64 { return r.srcHi }},
	{"src_lo", true, func(r *record) int64 { return r.srcLo }},
	{"dst_hi", true, func(r *record) int64 { return r.dstHi }},
	{"dst_lo", true, func(r *record) int64 { return r.dstLo }},
	{"src_port", false, func(r *record) int64 { return r.srcPort }},
	{"dst_port", false, func(r *record) int64 { return r.dstPort }},
	{"proto", false, func(r *record) int64 { return r.proto }},
	{"tcp_flags", false, func(r *record) int64 { return r.flags }},
	{"bytes", true, func(r *record) int64 { return r.bytes }},
	{"packets", true, func(r *record) int64 { return r.packets }},
	{"sampling_rate", false, func(r *record) int64 { return r.rate }},
}

var texts = []struct {
	name string
	of   func(*record) string
}{
	{"exporter", func(r *record) string { return r.exporter }},
	{"format", func(r *record) string { return r.format }},
	{"time_source", func(r *record) string { return r.source }},
}

// write makes a file of the lake's columns with arrow-go's writer.
func write(tb testing.TB, path string, records []record, s shape) {
	tb.Helper()
	check := func(err error) {
		if err != nil {
			tb.Helper()
			tb.Fatal(err)
		}
	}
	repetition := parquet.Repetitions.Required
	if s.nullable {
		repetition = parquet.Repetitions.Optional
	}
	unit := schema.TimeUnitMillis
	if s.micros {
		unit = schema.TimeUnitMicros
	}
	var fields schema.FieldList
	options := []parquet.WriterProperty{
		parquet.WithDictionaryDefault(s.dictionary), parquet.WithCompression(s.codec), parquet.WithDataPageSize(max(s.page, 1)),
		parquet.WithBatchSize(64),
	}
	if s.filtered {
		options = append(options, parquet.WithBloomFilterEnabledFor("src_lo", true), parquet.WithBloomFilterEnabledFor("dst_lo", true))
	}
	if s.v2 {
		options = append(options, parquet.WithDataPageVersion(parquet.DataPageV2))
	}
	for i, n := range numbers {
		node := schema.Node(schema.NewInt32Node(n.name, repetition, -1))
		switch {
		case i < 3:
			var err error
			node, err = schema.NewPrimitiveNodeLogical(n.name, repetition, schema.NewTimestampLogicalType(true, unit), parquet.Types.Int64, 0, -1)
			check(err)
		case n.wide:
			node = schema.NewInt64Node(n.name, repetition, -1)
		}
		if s.delta {
			options = append(options, parquet.WithEncodingFor(n.name, parquet.Encodings.DeltaBinaryPacked))
		}
		fields = append(fields, node)
	}
	for _, t := range texts {
		node, err := schema.NewPrimitiveNodeLogical(t.name, repetition, schema.StringLogicalType{}, parquet.Types.ByteArray, 0, -1)
		check(err)
		fields = append(fields, node)
	}
	root, err := schema.NewGroupNode("schema", parquet.Repetitions.Required, fields, -1)
	check(err)
	f, err := os.Create(path)
	check(err)
	w := file.NewParquetWriter(f, root, file.WithWriterProps(parquet.NewWriterProperties(options...)))
	for part := range slices.Chunk(records, s.group) {
		g, err := w.AppendRowGroupChecked()
		check(err)
		var levels []int16
		if s.nullable {
			levels = slices.Repeat([]int16{1}, len(part))
		}
		for i, n := range numbers {
			c, err := g.NextColumn()
			check(err)
			var wide []int64
			var narrow []int32
			for k := range part {
				v := n.of(&part[k])
				if i < 3 && s.micros {
					v = v*1000 + 7 // of a writer that has µs
				}
				wide, narrow = append(wide, v), append(narrow, int32(v)) //nolint:gosec // of 32 bits where it is used
			}
			switch c := c.(type) {
			case *file.Int64ColumnChunkWriter:
				_, err = c.WriteBatch(wide, levels, nil)
			case *file.Int32ColumnChunkWriter:
				_, err = c.WriteBatch(narrow, levels, nil)
			}
			check(errors.Join(err, c.Close()))
		}
		for _, t := range texts {
			c, err := g.NextColumn()
			check(err)
			var words []parquet.ByteArray
			for k := range part {
				words = append(words, parquet.ByteArray(t.of(&part[k])))
			}
			_, err = c.(*file.ByteArrayColumnChunkWriter).WriteBatch(words, levels, nil)
			check(errors.Join(err, c.Close()))
		}
		check(g.Close())
	}
	check(w.Close())
}

// midnight is the start of the tests' day.
var midnight = time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC)

// random makes records of whose addresses some are of a few. The bits are how wide the
// numbers are.
func random(rng *rand.Rand, n, bits int) []record {
	number := func(most int) int64 {
		v := int64(rng.Uint64() >> (64 - min(bits, most))) //nolint:gosec // a bit pattern
		if bits > 40 && most == 64 {
			v = int64(rng.Uint64()) //nolint:gosec // a bit pattern
		}
		return v
	}
	steady := rng.IntN(2) == 0
	records := make([]record, n)
	for i := range records {
		r := &records[i]
		hour := rng.Int64N(30) - 3
		if steady {
			hour = 5
		}
		r.received = midnight.UnixMilli() + hour*3_600_000 + rng.Int64N(3_600_000)
		r.ended = r.received - rng.Int64N(60_000)
		if !steady && rng.IntN(8) == 0 {
			r.ended = r.received + rng.Int64N(10_000_000) - 5_000_000
		}
		r.started = r.ended - rng.Int64N(1_800_000) + 1000
		r.srcHi, r.dstHi = rng.Int64N(2)*rng.Int64N(3), rng.Int64N(2)*rng.Int64N(3)
		r.srcLo, r.dstLo = number(64), number(64)
		r.srcPort, r.dstPort, r.proto, r.flags = number(16), number(16), number(8), number(8)
		r.bytes, r.packets, r.rate = number(62), number(20), 1
		r.exporter, r.format, r.source = fmt.Sprint("192.0.2.", rng.IntN(3)), "ipfix", "exporter"
		if !steady {
			r.rate = rng.Int64N(3) * 500
			r.source = []string{"exporter", "received"}[rng.IntN(2)]
			r.format = []string{"ipfix", "sflow", "goflow2", "netflow9"}[rng.IntN(4)]
		}
	}
	return records
}

// damage overwrites the pages of a column.
func damage(t *testing.T, path, column string) {
	t.Helper()
	overwrite(t, path, func(_ int, c *metadata.ColumnChunkMetaData) bool { return c.PathInSchema().String() == column })
}

// damageOthers overwrites the pages of all row groups but one.
func damageOthers(t *testing.T, path string, but int) {
	t.Helper()
	overwrite(t, path, func(group int, _ *metadata.ColumnChunkMetaData) bool { return group != but })
}

// overwrite makes the pages of some columns zeros.
func overwrite(t *testing.T, path string, which func(group int, c *metadata.ColumnChunkMetaData) bool) {
	t.Helper()
	r, err := file.OpenParquetFile(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i := range r.NumRowGroups() {
		for k := range r.RowGroup(i).NumColumns() {
			c, err := r.RowGroup(i).MetaData().ColumnChunk(k)
			if err != nil {
				t.Fatal(err)
			}
			if !which(i, c) {
				continue
			}
			if _, err := f.WriteAt(make([]byte, c.TotalCompressedSize()), c.DataPageOffset()); err != nil {
				t.Fatal(err)
			}
		}
	}
}
