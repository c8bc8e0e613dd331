package flowscan_test

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"minewatch/analyze/flowscan"
)

// byArrow is what arrow-go reads in a footer.
func byArrow(t *testing.T, r *file.Reader) flowscan.Footer {
	t.Helper()
	want := flowscan.Footer{Names: map[string]int{}}
	described := r.MetaData().Schema
	for i := range described.NumColumns() {
		c := described.Column(i)
		leaf := flowscan.Leaf{
			Kind: c.PhysicalType(), Null: c.MaxDefinitionLevel() > 0, Repeated: c.MaxRepetitionLevel() > 0,
			Unsigned: c.SortOrder() == schema.SortUNSIGNED && c.PhysicalType() != parquet.Types.ByteArray,
		}
		if l, ok := c.LogicalType().(schema.TimestampLogicalType); ok {
			leaf.Unit = map[schema.TimeUnitType]int64{schema.TimeUnitMillis: 1000, schema.TimeUnitMicros: 1}[l.TimeUnit()]
		}
		if len(c.ColumnPath()) == 1 {
			want.Names[c.Name()] = i
		}
		want.Leaves = append(want.Leaves, leaf)
	}
	for i := range r.NumRowGroups() {
		m := r.MetaData().RowGroup(i)
		g := flowscan.Group{Rows: m.NumRows()}
		for k := range m.NumColumns() {
			c, err := m.ColumnChunk(k)
			if err != nil {
				t.Fatal(err)
			}
			s := flowscan.Stored{Codec: c.Compression(), Begin: c.DataPageOffset(), Length: c.TotalCompressedSize(), Bloom: c.BloomFilterOffset()}
			if c.HasDictionaryPage() {
				s.Dictionary = c.DictionaryPageOffset()
			}
			stats, err := c.Statistics()
			if err != nil {
				t.Fatal(err)
			}
			if stats != nil && stats.HasMinMax() && stats.HasNullCount() && stats.NullCount() == 0 {
				switch stats := stats.(type) {
				case *metadata.Int64Statistics:
					s.Limited, s.Least, s.Most = true, stats.Min(), stats.Max()
				case *metadata.Int32Statistics:
					s.Limited, s.Least, s.Most = true, int64(stats.Min()), int64(stats.Max())
				}
			}
			if want.Leaves[k].Unsigned {
				s.Limited, s.Least, s.Most = false, 0, 0
			}
			g.Stored = append(g.Stored, s)
		}
		want.Groups = append(want.Groups, g)
	}
	return want
}

func footersAgree(t *testing.T, path string) {
	t.Helper()
	r, err := file.OpenParquetFile(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := flowscan.ReadFooter(path)
	if err != nil {
		t.Fatal(err)
	}
	want := byArrow(t, r)
	for i := range want.Leaves {
		if !slices.Contains(slices.Collect(maps.Values(want.Names)), i) { // a leaf of a node: nobody asks for it
			want.Leaves[i], got.Leaves[i] = flowscan.Leaf{}, flowscan.Leaf{}
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", path, got, want)
	}
}

// TestFooter: what is read of a footer is what arrow-go reads.
func TestFooter(t *testing.T) {
	records := random(rand.New(rand.NewPCG(25, 26)), 500, 33)
	for _, s := range []shape{
		{delta: true, v2: true, codec: compress.Codecs.Zstd, page: 1 << 20, group: 100, filtered: true},
		{dictionary: true, nullable: true, micros: true, codec: compress.Codecs.Snappy, page: 300, group: 300},
		{codec: compress.Codecs.Uncompressed, page: 1 << 20, group: 500},
	} {
		path := filepath.Join(t.TempDir(), "flows.parquet")
		write(t, path, records, s)
		footersAgree(t, path)
	}
}

// TestFooterOfOthers: columns that no flow file has do not move the others.
func TestFooterOfOthers(t *testing.T) {
	must := func(n schema.Node, err error) schema.Node {
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	required := parquet.Repetitions.Required
	inner := must(schema.NewGroupNode("inner", parquet.Repetitions.Optional, schema.FieldList{
		schema.NewInt64Node("dst_lo", required, -1),
		must(schema.NewGroupNode("deeper", required, schema.FieldList{schema.NewInt32Node("x", required, -1)}, -1)),
		schema.NewInt64Node("y", parquet.Repetitions.Repeated, -1),
	}, -1))
	root := must(schema.NewGroupNode("schema", required, schema.FieldList{
		schema.NewInt64Node("src_lo", required, -1),
		inner,
		must(schema.NewPrimitiveNodeLogical("port", required, schema.NewIntLogicalType(16, false), parquet.Types.Int32, 0, -1)),
		must(schema.NewPrimitiveNodeLogical("signed", required, schema.NewIntLogicalType(8, true), parquet.Types.Int32, 0, -1)),
		must(schema.NewPrimitiveNodeConverted("old", required, parquet.Types.Int64, schema.ConvertedTypes.TimestampMillis, 0, 0, 0, -1)),
		must(schema.NewPrimitiveNodeConverted("older", required, parquet.Types.Int64, schema.ConvertedTypes.Uint64, 0, 0, 0, -1)),
		must(schema.NewPrimitiveNodeLogical("nanos", required, schema.NewTimestampLogicalType(true, schema.TimeUnitNanos), parquet.Types.Int64, 0, -1)),
		schema.NewInt64Node("dst_lo", parquet.Repetitions.Optional, -1),
	}, -1)).(*schema.GroupNode)
	var b bytes.Buffer
	w := file.NewParquetWriter(&b, root)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "others.parquet")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	footersAgree(t, path)
}

// FuzzFooter: no footer makes it panic, or take long.
func FuzzFooter(f *testing.F) {
	for _, s := range []shape{
		{delta: true, v2: true, codec: compress.Codecs.Zstd, page: 1 << 20, group: 200, filtered: true},
		{dictionary: true, nullable: true, codec: compress.Codecs.Snappy, page: 300, group: 300},
	} {
		data := small(f, s)
		length := int(data[len(data)-8]) + int(data[len(data)-7])<<8
		f.Add(data[len(data)-8-length : len(data)-8])
	}
	f.Fuzz(func(_ *testing.T, b []byte) { _ = flowscan.ParseFooter(b) })
}
