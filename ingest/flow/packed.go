package flow

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Packed is Arrow with every column that has the same value in all rows as a
// run of it (Arrow columnar format, "Run-End Encoded Layout"): about half of a
// flow's bytes, for many columns are about the exporter, or are what it never
// sends. Unpacked is the way back.
func (b *Batch) Packed() arrow.RecordBatch {
	fields, columns := make([]arrow.Field, len(Columns)), make([]arrow.Array, len(Columns))
	for i, s := range b.stored {
		if b.Len() > 1 && s.steady(0, b.Len()) {
			columns[i] = run(s.array(Columns[i].Type, 1), b.Len())
		} else {
			columns[i] = s.array(Columns[i].Type, b.Len())
		}
		defer columns[i].Release()
		fields[i] = schema.Field(i)
		fields[i].Type = columns[i].DataType()
	}
	return array.NewRecordBatch(arrow.NewSchema(fields, nil), columns, int64(b.Len()))
}

// run is the one value of first, which it releases, n times.
func run(first arrow.Array, n int) arrow.Array {
	end := fixedWidth(arrow.PrimitiveTypes.Int32, []int32{int32(n)}, nil, 0) //nolint:gosec // a batch has fewer rows
	defer end.Release()
	if texts, ok := first.(*array.Dictionary); ok {
		code := int64(texts.GetValueIndex(0))
		text := array.NewSlice(texts.Dictionary(), code, code+1)
		first.Release()
		first = text
	}
	defer first.Release()
	return array.NewRunEndEncodedArray(end, first, n, 0)
}

// Unpacked returns a column of a Packed record in its type of Columns, t; false
// where it is none.
func Unpacked(column arrow.Array, t arrow.DataType) (arrow.Array, bool) {
	if arrow.TypeEqual(column.DataType(), t) {
		column.Retain()
		return column, true
	}
	packed, ok := column.(*array.RunEndEncoded)
	if !ok || packed.Values().Len() != 1 || !arrow.TypeEqual(packed.Values().DataType(), valueType(t)) {
		return nil, false
	}
	n := packed.Len()
	if packed.Values().IsNull(0) {
		return array.MakeArrayOfNull(memory.DefaultAllocator, t, n), true
	}
	switch v := packed.Values().(type) {
	case *array.String:
		indices := memory.NewBufferBytes(make([]byte, arrow.Int32SizeBytes*n))
		data := array.NewDataWithDictionary(t, n, []*memory.Buffer{nil, indices}, 0, 0, v.Data().(*array.Data))
		defer data.Release()
		return array.MakeFromData(data), true
	case *array.Int16:
		return repeated(t, v.Value(0), n), true
	case *array.Int32:
		return repeated(t, v.Value(0), n), true
	case *array.Int64:
		return repeated(t, v.Value(0), n), true
	case *array.Timestamp:
		return repeated(t, int64(v.Value(0)), n), true
	default:
		return nil, false
	}
}

// valueType is the type of a run of a column of type t.
func valueType(t arrow.DataType) arrow.DataType {
	if d, ok := t.(*arrow.DictionaryType); ok {
		return d.ValueType
	}
	return t
}

func repeated[T value](t arrow.DataType, v T, n int) arrow.Array {
	values := make([]T, n)
	for i := range values {
		values[i] = v
	}
	return fixedWidth(t, values, nil, 0)
}
