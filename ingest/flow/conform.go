package flow

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Conform brings rows that were stored to the flow schema of today. They may be
// Packed, and another version of this program may have written them: columns that
// it did not have yet are null, but where they may not be, or where it had one
// that this version would lose, there is an error.
func Conform(rows arrow.RecordBatch) (arrow.RecordBatch, error) {
	known := map[string]bool{}
	columns := make([]arrow.Array, len(Columns))
	for i, want := range Columns {
		known[want.Name] = true
		column, err := conformed(rows, &want)
		if err != nil {
			return nil, fmt.Errorf("column %s is not what this version writes: %w", want.Name, err)
		}
		defer column.Release()
		columns[i] = column
	}
	for _, field := range rows.Schema().Fields() {
		if !known[field.Name] {
			return nil, fmt.Errorf("column %s is unknown to this version", field.Name)
		}
	}
	return array.NewRecordBatch(schema, columns, rows.NumRows()), nil
}

func conformed(rows arrow.RecordBatch, want *Column) (arrow.Array, error) {
	found := rows.Schema().FieldIndices(want.Name)
	if len(found) == 0 && want.Nullable {
		return array.MakeArrayOfNull(memory.DefaultAllocator, want.Type, int(rows.NumRows())), nil
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("there are %d, want one", len(found))
	}
	stored := rows.Column(found[0])
	column, ok := Unpacked(stored, want.Type)
	if !ok {
		return nil, fmt.Errorf("it is a %s, want a %s", stored.DataType(), want.Type)
	}
	if n := column.NullN(); n > 0 && !want.Nullable {
		column.Release()
		return nil, fmt.Errorf("it has %d nulls, want none", n)
	}
	return column, nil
}
