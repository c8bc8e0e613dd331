package parquetfile_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake/parquetfile"
)

// schema has every type that is written, with and without nulls.
func schema() *arrow.Schema {
	text := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}
	return arrow.NewSchema([]arrow.Field{
		{Name: "a16", Type: arrow.PrimitiveTypes.Int16},
		{Name: "a32", Type: arrow.PrimitiveTypes.Int32},
		{Name: "a64", Type: arrow.PrimitiveTypes.Int64},
		{Name: "ms", Type: &arrow.TimestampType{Unit: arrow.Millisecond, TimeZone: "UTC"}},
		{Name: "us", Type: &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}},
		{Name: "text", Type: text},
		{Name: "n16", Type: arrow.PrimitiveTypes.Int16, Nullable: true},
		{Name: "n32", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
		{Name: "n64", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "ntext", Type: text, Nullable: true},
	}, nil)
}

// shape makes the i-th value of a column and says whether there is one.
type shape struct {
	value func(i int) int64
	valid func(i int) bool
}

func batch(n int, s shape) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema())
	defer b.Release()
	for i := range n {
		for column, f := range schema().Fields() {
			if f.Nullable && !s.valid(i) {
				b.Field(column).AppendNull()
				continue
			}
			switch to := b.Field(column).(type) {
			case *array.Int16Builder:
				to.Append(int16(s.value(i)))
			case *array.Int32Builder:
				to.Append(int32(s.value(i)))
			case *array.Int64Builder:
				to.Append(s.value(i))
			case *array.TimestampBuilder:
				to.Append(arrow.Timestamp(s.value(i) % (1 << 50))) // a year that readers can print
			case *array.BinaryDictionaryBuilder:
				if err := to.AppendString(fmt.Sprint("text ", s.value(i)%300)); err != nil {
					panic(err)
				}
			}
		}
	}
	return b.NewRecordBatch()
}

// shapes are what columns look like: constant, rising, random, extreme; with all
// values, none, some.
func shapes() map[string]shape {
	random := rand.New(rand.NewPCG(1, 2))
	wide := make([]int64, 5000)
	for i := range wide {
		wide[i] = int64(random.Uint64()) >> random.IntN(64)
	}
	all, none := func(int) bool { return true }, func(int) bool { return false }
	return map[string]shape{
		"constant": {func(int) int64 { return 7 }, all},
		"zero":     {func(int) int64 { return 0 }, none},
		"rising":   {func(i int) int64 { return int64(i) * 3 }, func(i int) bool { return i%3 > 0 }},
		"jumps":    {func(i int) int64 { return int64(i / 100 % 3) }, func(i int) bool { return i/100%2 == 0 }},
		"extremes": {func(i int) int64 {
			return []int64{math.MinInt64, math.MaxInt64, 0, -1, math.MaxInt32, math.MinInt32}[i%6]
		}, all},
		"random": {func(i int) int64 { return wide[i%len(wide)] }, func(i int) bool { return wide[i%len(wide)]&1 == 0 }},
	}
}

// ways are how a file may be written.
func ways() map[string]parquetfile.Options {
	return map[string]parquetfile.Options{
		"quick":    {CreatedBy: "test"},
		"thorough": {CreatedBy: "test", Thorough: true, Filtered: []string{"a16", "a32", "a64", "n16", "n64"}},
	}
}

// write puts a file together as its Writer says.
func write(tb testing.TB, o parquetfile.Options, groups ...[]arrow.RecordBatch) []byte {
	tb.Helper()
	w, err := parquetfile.NewWriter(schema(), o)
	if err != nil {
		tb.Fatal(err)
	}
	var file []byte
	for _, batches := range groups {
		rows, columns := columnsOf(batches)
		content, group, err := w.Encode(rows, func(i int) flow.Values { return columns[i] })
		if err != nil {
			tb.Fatal(err)
		}
		if group.Begin != int64(len(file)) || group.Length != int64(len(content)) || w.Size() != group.Begin {
			tb.Errorf("a row group of %d bytes at %d of a file of %d says %d at %d", len(content), w.Size(), len(file), group.Length, group.Begin)
		}
		file = append(file, content...)
		w.Add(overJSON(tb, group))
	}
	if w.Size() != int64(len(file)) {
		tb.Errorf("the file has %d bytes, its writer says %d", len(file), w.Size())
	}
	return append(file, w.Footer()...)
}

// columnsOf is the columns of all batches together.
func columnsOf(batches []arrow.RecordBatch) (rows int, columns []flow.Values) {
	columns = make([]flow.Values, schema().NumFields())
	for i := range columns {
		v := &columns[i]
		words, nulls := map[string]int32{}, 0
		for _, b := range batches {
			column := b.Column(i)
			for row := range column.Len() {
				v.Valid = append(v.Valid, column.IsValid(row))
				switch c := column.(type) {
				case *array.Int16:
					v.Int16 = append(v.Int16, c.Value(row))
				case *array.Int32:
					v.Int32 = append(v.Int32, c.Value(row))
				case *array.Int64:
					v.Int64 = append(v.Int64, c.Value(row))
				case *array.Timestamp:
					v.Int64 = append(v.Int64, int64(c.Value(row)))
				case *array.Dictionary:
					v.Int32 = append(v.Int32, 0)
					if column.IsNull(row) {
						break
					}
					text := c.Dictionary().(*array.String).Value(c.GetValueIndex(row))
					if _, ok := words[text]; !ok {
						words[text] = int32(len(v.Texts))
						v.Texts = append(v.Texts, text)
					}
					v.Int32[len(v.Int32)-1] = words[text]
				}
				if column.IsNull(row) {
					nulls++
				}
			}
		}
		rows = len(v.Valid)
		if rows > 0 && (nulls == rows || nulls == 0 && isSteady(v)) { // as a Group has it
			v.Steady, v.Valid = true, v.Valid[:1]
			v.Int16, v.Int32, v.Int64 = v.Int16[:min(1, len(v.Int16))], v.Int32[:min(1, len(v.Int32))], v.Int64[:min(1, len(v.Int64))]
		}
		if nulls == 0 {
			v.Valid = nil
		}
	}
	return rows, columns
}

func isSteady(v *flow.Values) bool {
	return len(slices.Compact(slices.Clone(v.Int16))) <= 1 && len(slices.Compact(slices.Clone(v.Int32))) <= 1 && len(slices.Compact(slices.Clone(v.Int64))) <= 1
}

// overJSON is the group as it comes back from a journal.
func overJSON(tb testing.TB, group *parquetfile.RowGroup) *parquetfile.RowGroup {
	tb.Helper()
	text, err := json.Marshal(group)
	back := new(parquetfile.RowGroup)
	if err == nil {
		err = json.Unmarshal(text, back)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return back
}

// cells is the values of batches as text, row by row.
func cells(batches ...arrow.RecordBatch) []string {
	var rows []string
	for _, b := range batches {
		for row := range int(b.NumRows()) {
			var values []string
			for _, column := range b.Columns() {
				values = append(values, column.ValueStr(row))
			}
			rows = append(rows, strings.Join(values, "|"))
		}
	}
	return rows
}

func readArrow(tb testing.TB, content []byte) []string {
	tb.Helper()
	r, err := file.NewParquetReader(bytes.NewReader(content))
	if err != nil {
		tb.Fatal(err)
	}
	defer r.Close()
	f, err := pqarrow.NewFileReader(r, pqarrow.ArrowReadProperties{BatchSize: 1 << 20}, memory.DefaultAllocator)
	if err != nil {
		tb.Fatal(err)
	}
	rr, err := f.GetRecordReader(context.Background(), nil, nil)
	if err != nil {
		tb.Fatal(err)
	}
	defer rr.Release()
	var rows []string
	for rr.Next() {
		rows = append(rows, cells(rr.RecordBatch())...)
	}
	return rows
}

// What arrow-go reads is what was written, whatever the columns look like and
// however the rows are spread over batches and row groups.
func TestArrowReadsIt(t *testing.T) {
	for way, o := range ways() {
		for name, s := range shapes() {
			for _, sizes := range [][][]int{{}, {{1}}, {{2}, {1, 1}}, {{31}, {33}}, {{128}, {129}, {130}}, {{5, 1000, 3, 0, 77}, {1025}}, {{4000}}} {
				t.Run(fmt.Sprint(way, name, sizes), func(t *testing.T) {
					var groups [][]arrow.RecordBatch
					var want []string
					for _, group := range sizes {
						var batches []arrow.RecordBatch
						for _, n := range group {
							b := batch(n+2, s)
							batches = append(batches, b.NewSlice(1, int64(n+1)))
						}
						groups = append(groups, batches)
						want = append(want, cells(batches...)...)
					}
					if diff := cmp.Diff(want, readArrow(t, write(t, o, groups...))); diff != "" {
						t.Errorf("(-written +read):\n%s", diff)
					}
				})
			}
		}
	}
}

// DuckDB reads the same values, by types, and prunes by the statistics.
func TestDuckDBReadsIt(t *testing.T) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for way, o := range ways() {
		for name, s := range shapes() {
			t.Run(way+" "+name, func(t *testing.T) { duckDBReads(t, db, o, s) })
		}
	}
}

func duckDBReads(t *testing.T, db *sql.DB, o parquetfile.Options, s shape) {
	t.Helper()
	b := batch(3000, s)
	path := filepath.Join(t.TempDir(), "f.parquet")
	if err := os.WriteFile(path, write(t, o, []arrow.RecordBatch{b}, []arrow.RecordBatch{b}), 0o600); err != nil {
		t.Fatal(err)
	}
	columns := []string{"a16", "a32", "a64", "epoch_ms(ms)", "epoch_us(us)", "text", "n16", "n32", "n64", "ntext"}
	rows, err := db.Query("select concat_ws('|', " + strings.Join(nullsAsText(columns), ", ") + ") from '" + path + "'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		got = append(got, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := range 3000 {
		want = append(want, line(b, i))
	}
	if diff := cmp.Diff(append(want, want...), got); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
	var types, low, high string
	if err := db.QueryRow("select string_agg(column_type, ' ') from (describe select * from '" + path + "')").Scan(&types); err != nil {
		t.Fatal(err)
	}
	if want := "SMALLINT INTEGER BIGINT TIMESTAMP WITH TIME ZONE TIMESTAMP WITH TIME ZONE VARCHAR SMALLINT INTEGER BIGINT VARCHAR"; types != want {
		t.Errorf("types %s, want %s", types, want)
	}
	query := "select min(stats_min_value::bigint)::varchar, max(stats_max_value::bigint)::varchar from parquet_metadata('" + path + "') where path_in_schema = 'a64'"
	if err := db.QueryRow(query).Scan(&low, &high); err != nil {
		t.Fatal(err)
	}
	least, most := extent(b.Column(2).(*array.Int64).Int64Values())
	if low != fmt.Sprint(least) || high != fmt.Sprint(most) {
		t.Errorf("statistics say %s to %s, want %d to %d", low, high, least, most)
	}
}

func nullsAsText(columns []string) []string {
	var texts []string
	for _, c := range columns {
		texts = append(texts, "coalesce(("+c+")::varchar, '(null)')")
	}
	return texts
}

// line is a row as the query has it: moments as numbers.
func line(b arrow.RecordBatch, row int) string {
	var values []string
	for _, column := range b.Columns() {
		if moments, ok := column.(*array.Timestamp); ok {
			values = append(values, fmt.Sprint(int64(moments.Value(row))))
			continue
		}
		values = append(values, column.ValueStr(row))
	}
	return strings.Join(values, "|")
}

func extent(values []int64) (least, most int64) {
	least, most = values[0], values[0]
	for _, v := range values {
		least, most = min(least, v), max(most, v)
	}
	return least, most
}

func TestRefusals(t *testing.T) {
	odd := arrow.NewSchema([]arrow.Field{{Name: "x", Type: arrow.PrimitiveTypes.Float64}}, nil)
	if _, err := parquetfile.NewWriter(odd, parquetfile.Options{}); err == nil {
		t.Error("a column of floats was taken")
	}
	for _, name := range []string{"text", "ms", "missing"} {
		if _, err := parquetfile.NewWriter(schema(), parquetfile.Options{Filtered: []string{name}}); err == nil {
			t.Errorf("a filter of column %s was taken", name)
		}
	}
}

// Few different numbers are a dictionary, many are deltas, whatever a sample of
// them looks like.
func TestWhichEncoding(t *testing.T) {
	all := func(int) bool { return true }
	for name, c := range map[string]struct {
		value func(i int) int64
		want  string
		// thorough is what a thorough writer chooses.
		thorough string
	}{
		"one":                      {func(int) int64 { return 3 }, "DELTA_BINARY_PACKED", "DELTA_BINARY_PACKED"},
		"few":                      {func(i int) int64 { return int64(i * 7919 % 8) }, "RLE_DICTIONARY", "RLE_DICTIONARY"},
		"ninety":                   {func(i int) int64 { return int64(i) * 7919 % 90 << 20 }, "RLE_DICTIONARY", "RLE_DICTIONARY"},
		"many":                     {func(i int) int64 { return int64(i) * 7919 % 9973 }, "DELTA_BINARY_PACKED", "DELTA_BINARY_PACKED"},
		"many between the samples": {func(i int) int64 { return int64(min(1, i%15) * i) }, "DELTA_BINARY_PACKED", "DELTA_BINARY_PACKED"},
		"a thousand at the end":    {func(i int) int64 { return int64(max(0, i-3000)) }, "RLE_DICTIONARY", "RLE_DICTIONARY"},
		"hundreds, far apart":      {func(i int) int64 { return int64(uint32(i*i)*2_654_435_761>>8) % 701 * 3_000_017 }, "DELTA_BINARY_PACKED", "RLE_DICTIONARY"},
	} {
		t.Run(name, func(t *testing.T) {
			b := batch(4000, shape{c.value, all})
			for way, want := range map[string]string{"quick": c.want, "thorough": c.thorough} {
				content := write(t, ways()[way], []arrow.RecordBatch{b})
				if diff := cmp.Diff(cells(b), readArrow(t, content)); diff != "" {
					t.Errorf("%s (-written +read):\n%s", way, diff)
				}
				r, err := file.NewParquetReader(bytes.NewReader(content))
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				for _, column := range []int{1, 2} {
					chunk, err := r.MetaData().RowGroup(0).ColumnChunk(column)
					if err != nil {
						t.Fatal(err)
					}
					if got := chunk.Encodings()[0].String(); got != want {
						t.Errorf("%s, column %d: %s, want %s", way, column, got, want)
					}
				}
			}
		})
	}
}

// FuzzWrite writes columns made of arbitrary bytes.
func FuzzWrite(f *testing.F) {
	f.Add([]byte{1, 2, 3, 250, 251}, uint16(1000), uint8(3))
	f.Add([]byte{0}, uint16(300), uint8(0))
	f.Add(bytes.Repeat([]byte{0x80, 0, 0xff, 1, 1, 1, 1, 1, 1}, 40), uint16(129), uint8(60))
	f.Fuzz(func(t *testing.T, raw []byte, rows uint16, shift uint8) {
		if len(raw) == 0 {
			t.Skip()
		}
		at := func(i int) int64 { return int64(raw[i%len(raw)]) << (shift % 64) * int64(1+raw[(i*7)%len(raw)]%5) }
		b := batch(int(rows%3000), shape{at, func(i int) bool { return raw[(i*3)%len(raw)]%4 > 0 }})
		for way, o := range ways() {
			if diff := cmp.Diff(cells(b), readArrow(t, write(t, o, []arrow.RecordBatch{b}))); diff != "" {
				t.Errorf("%s (-written +read):\n%s", way, diff)
			}
		}
	})
}
