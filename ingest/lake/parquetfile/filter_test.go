package parquetfile_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
)

// filtered is two row groups of even numbers, the second of those from half on.
func filtered(t *testing.T) (content []byte, groups []arrow.RecordBatch) {
	t.Helper()
	const half = 2000
	for g := range 2 {
		groups = append(groups, batch(half, shape{
			func(i int) int64 { return int64(g*half+i) * 2 },
			func(i int) bool { return i%3 > 0 },
		}))
	}
	return write(t, ways()["thorough"], groups[:1], groups[1:]), groups
}

// arrow-go finds every value of a row group in its filter, and few others.
func TestArrowReadsFilters(t *testing.T) {
	content, groups := filtered(t)
	r, err := file.NewParquetReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for g, rows := range groups {
		filters, err := r.GetBloomFilterReader().RowGroup(g)
		if err != nil {
			t.Fatal(err)
		}
		for column, f := range schema().Fields() {
			filter, err := filters.GetColumnBloomFilter(column)
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			switch values := rows.Column(column).(type) {
			case *array.Int16:
				admits(t, f, filter, values, func(i int) int32 { return int32(values.Value(i)) })
			case *array.Int32:
				if f.Name == "n32" {
					if filter != nil {
						t.Errorf("%s has a filter, which nobody asked for", f.Name)
					}
					continue
				}
				admits(t, f, filter, values, values.Value)
			case *array.Int64:
				admits(t, f, filter, values, values.Value)
			}
		}
	}
}

func admits[T int32 | int64](t *testing.T, f arrow.Field, filter metadata.BloomFilter, values arrow.Array, value func(int) T) {
	t.Helper()
	if filter == nil {
		t.Fatalf("%s has no filter", f.Name)
	}
	typed := metadata.TypedBloomFilter[T]{BloomFilter: filter}
	mistakes := 0
	for i := range values.Len() {
		if values.IsValid(i) && !typed.Check(value(i)) {
			t.Fatalf("%s: %d is not in the filter", f.Name, value(i))
		}
		if typed.Check(value(i) + 1) { // odd: nowhere
			mistakes++
		}
	}
	if mistakes > values.Len()/50 {
		t.Errorf("%s: %d of %d values that are not there are admitted", f.Name, mistakes, values.Len())
	}
}

// DuckDB skips the row groups whose filters say so.
func TestDuckDBReadsFilters(t *testing.T) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	content, groups := filtered(t)
	path := filepath.Join(t.TempDir(), "f.parquet")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, column := range []string{"a16", "a32", "a64", "n16", "n64"} {
		mistakes := 0
		for i := range 50 {
			value := i*158 + 2*(i%2) // nulls stand in every third row
			for g, excluded := range probe(t, db, path, column, value) {
				there := has(groups[g].Column(schema().FieldIndices(column)[0]), value)
				if there && excluded {
					t.Fatalf("%s: row group %d has %d, and its filter excludes it", column, g, value)
				}
				if !there && !excluded {
					mistakes++
				}
			}
		}
		if mistakes > 5 {
			t.Errorf("%s: %d of about 50 searches are in vain", column, mistakes)
		}
	}
}

// has says whether the value is in the column.
func has(column arrow.Array, value int) bool {
	for i := range column.Len() {
		if column.IsValid(i) && column.ValueStr(i) == strconv.Itoa(value) {
			return true
		}
	}
	return false
}

// probe says of each row group whether its filter excludes the value.
func probe(t *testing.T, db *sql.DB, path, column string, value int) (excluded []bool) {
	t.Helper()
	rows, err := db.Query(fmt.Sprintf("select bloom_filter_excludes from parquet_bloom_probe('%s', '%s', %d) order by row_group_id", path, column, value))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var is bool
		if err := rows.Scan(&is); err != nil {
			t.Fatal(err)
		}
		excluded = append(excluded, is)
	}
	if err := rows.Err(); err != nil || len(excluded) != 2 {
		t.Fatalf("%d row groups, want 2 (%v)", len(excluded), err)
	}
	return excluded
}
