package lake_test

import (
	"database/sql"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
)

// query returns the rows of a query to DuckDB, the cells of a row joined by
// spaces.
func query(t *testing.T, text string) []string {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var result []string
	for rows.Next() {
		cells, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range cells {
			targets[i] = &cells[i]
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		texts := make([]string, len(cells))
		for i, c := range cells {
			texts[i] = fmt.Sprint(c)
			if when, ok := c.(time.Time); ok {
				texts[i] = when.UTC().Format(time.RFC3339Nano)
			}
		}
		result = append(result, strings.Join(texts, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return result
}

// The reader's side of the contract: DuckDB sees the columns that flow.Columns
// promises, by name, order and type.
func TestContractNamesAndTypes(t *testing.T) {
	dir := t.TempDir()
	w := newWriter(t, dir, lake.Options{Name: "w"})
	mustAppend(t, w, traffic(1, 10, 10))
	files := mustPublish(t, w)

	var want []string
	for _, c := range flow.Columns {
		want = append(want, c.Name+" "+c.SQL)
	}
	got := query(t, "select column_name, column_type from (describe select * from read_parquet('"+filepath.Join(dir, files[0].Path)+"', hive_partitioning = false))")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("DuckDB sees other columns (-promised +seen):\n%s", diff)
	}
}

// Values at the edges of their types arrive as they were, and null as null.
func TestContractValues(t *testing.T) {
	dir := t.TempDir()
	when := time.Date(2026, 3, 2, 8, 15, 30, 123_456_000, time.UTC)
	full := flow.Record{
		ReceivedAt: when.UnixMicro(), StartedAt: when.UnixMilli() - 1000, EndedAt: when.UnixMilli(),
		Src: flow.AddrFrom(netip.MustParseAddr("ffff:ffff:ffff:ffff:8000::1")), Dst: flow.AddrFrom(netip.MustParseAddr("255.255.255.255")),
		SrcPort: 65535, DstPort: 3333, Proto: 255, TCPFlags: 0xfff,
		Bytes: 1<<63 - 1, Packets: 1 << 40, SamplingRate: 1<<31 - 1,
		Exporter: "2001:db8::1", Domain: 1<<32 - 1, InIf: 1, OutIf: 2, SrcAS: 4_294_967_295, DstAS: 64512,
		EndReason: 3, Direction: 1, Boundary: flow.BoundaryOut, HasNATSrc: true, NATSrc: flow.AddrFrom(netip.MustParseAddr("203.0.113.9")), NATSrcPort: 40000,
		Format: flow.IPFIX, TimeSource: flow.ReceivedClock,
	}
	bare := flow.Record{
		ReceivedAt: when.UnixMicro(), EndReason: flow.Null, Direction: flow.Null, Boundary: flow.Null, NATSrcPort: flow.Null,
		Exporter: "10.0.0.1", Format: flow.NetFlow5, TimeSource: flow.ExporterClock,
	}
	w := newWriter(t, dir, lake.Options{Name: "w"})
	mustAppend(t, w, []flow.Record{full, bare, full})
	files := mustPublish(t, w)

	fullRow := "2026-03-02T08:15:30.123456Z 2026-03-02T08:15:29.123Z 2026-03-02T08:15:30.123Z" +
		" -1 -9223372036854775807 0 281474976710655 65535 3333 255 4095 9223372036854775807 1099511627776 2147483647" +
		" 2001:db8::1 4294967295 1 2 4294967295 64512 3 1 2 0 281474087547145 40000 ipfix received"
	bareRow := "2026-03-02T08:15:30.123456Z 1970-01-01T00:00:00Z 1970-01-01T00:00:00Z" +
		" 0 0 0 0 0 0 0 0 0 0 0 10.0.0.1 0 0 0 0 0 <nil> <nil> <nil> <nil> <nil> <nil> netflow5 exporter"
	got := query(t, "select * from read_parquet('"+filepath.Join(dir, files[0].Path)+"', hive_partitioning = false)")
	if diff := cmp.Diff([]string{bareRow, fullRow, fullRow}, got); diff != "" { // the kinds apart
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}

// The encodings are what makes a scan cheap: see docs/decisions.
func TestEncodings(t *testing.T) {
	dir := t.TempDir()
	w := newWriter(t, dir, lake.Options{Name: "w"})
	mustAppend(t, w, traffic(1, 5000, 100))
	files := mustPublish(t, w)

	r, err := file.OpenParquetFile(filepath.Join(dir, files[0].Path), false)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	group := r.MetaData().RowGroup(0)
	for i, c := range flow.Columns {
		chunk, err := group.ColumnChunk(i)
		if err != nil {
			t.Fatal(err)
		}
		if got := chunk.Compression(); got != compress.Codecs.Zstd {
			t.Errorf("%s: compression %s, want zstd", c.Name, got)
		}
		want := []parquet.Encoding{parquet.Encodings.DeltaBinaryPacked, parquet.Encodings.RLEDict}
		switch c.Name {
		case "src_lo", "dst_lo": // what the pool match reads of every flow
			want = want[:1]
		case "exporter", "format", "time_source", "proto", "tcp_flags":
			want = want[1:]
		}
		if got := chunk.Encodings()[0]; !slices.Contains(want, got) {
			t.Errorf("%s: encoding %s, want %v", c.Name, got, want)
		}
		if chunk.HasDictionaryPage() != (chunk.Encodings()[0] == parquet.Encodings.RLEDict) {
			t.Errorf("%s: dictionary page is %t", c.Name, chunk.HasDictionaryPage())
		}
		if set, err := chunk.StatsSet(); err != nil || !set {
			t.Errorf("%s: no statistics to prune by (%v)", c.Name, err)
		}

		pages, err := r.RowGroup(0).GetColumnPageReader(i)
		if err != nil {
			t.Fatal(err)
		}
		for pages.Next() {
			switch page := pages.Page().(type) {
			case *file.DataPageV2, *file.DictionaryPage:
			default:
				t.Errorf("%s: page %T, want data page v2", c.Name, page)
			}
		}
		if err := pages.Err(); err != nil {
			t.Fatal(err)
		}
	}
}
