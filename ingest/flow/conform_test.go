package flow_test

import (
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"minewatch/ingest/flow"
)

// Rows of another version are refused where something of them would be lost or
// guessed.
func TestConform(t *testing.T) {
	const n = 20
	rows := batchOf(made(n)).Arrow()
	defer rows.Release()
	at := func(name string) int { return rows.Schema().FieldIndices(name)[0] }
	nulls := func(t arrow.DataType) arrow.Array { return array.MakeArrayOfNull(memory.DefaultAllocator, t, n) }
	for name, c := range map[string]struct {
		change func(fields []arrow.Field, columns []arrow.Array) ([]arrow.Field, []arrow.Array)
		want   string // of the error; "" for none
	}{
		"as it is": {func(f []arrow.Field, c []arrow.Array) ([]arrow.Field, []arrow.Array) { return f, c }, ""},
		"one more": {func(f []arrow.Field, c []arrow.Array) ([]arrow.Field, []arrow.Array) {
			return append(f, arrow.Field{Name: "vlan", Type: arrow.PrimitiveTypes.Int32}), append(c, nulls(arrow.PrimitiveTypes.Int32))
		}, "column vlan is unknown to this version"},
		"twice": {func(f []arrow.Field, c []arrow.Array) ([]arrow.Field, []arrow.Array) {
			return append(f, f[at("proto")]), append(c, c[at("proto")])
		}, "column proto is not what this version writes: there are 2, want one"},
		"wider": {func(f []arrow.Field, c []arrow.Array) ([]arrow.Field, []arrow.Array) {
			f[at("proto")].Type, c[at("proto")] = arrow.PrimitiveTypes.Int64, nulls(arrow.PrimitiveTypes.Int64)
			return f, c
		}, "column proto is not what this version writes: it is a int64, want a int16"},
		"null": {func(f []arrow.Field, c []arrow.Array) ([]arrow.Field, []arrow.Array) {
			c[at("src_lo")] = nulls(arrow.PrimitiveTypes.Int64)
			return f, c
		}, "column src_lo is not what this version writes: it has 20 nulls, want none"},
	} {
		t.Run(name, func(t *testing.T) {
			fields, columns := c.change(rows.Schema().Fields(), append([]arrow.Array(nil), rows.Columns()...))
			got, err := flow.Conform(array.NewRecordBatch(arrow.NewSchema(fields, nil), columns, n))
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want == "":
				if !array.RecordEqual(rows, got) {
					t.Errorf("%v became %v", rows, got)
				}
			case err == nil || !strings.Contains(err.Error(), c.want):
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}
