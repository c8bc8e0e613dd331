package flow

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// series is one column of a Batch, whatever the type of its values.
type series interface {
	truncate(n int)                            // to n rows
	appendRange(from series, begin, end int)   // of the same column of another batch
	appendArray(a arrow.Array)                 // of the column's type of Columns
	steady(begin, end int) bool                // these rows are all the same
	gathered() gathered                        // a column of a Group for its values
	array(t arrow.DataType, n int) arrow.Array // of the first n rows; shares the memory
}

// value is what the slices of a Batch are made of.
type value interface {
	bool | int16 | int32 | int64
}

// numbers is a column without nulls.
type numbers[T value] struct{ values *[]T }

func (s numbers[T]) truncate(n int) { *s.values = (*s.values)[:n] }

func (s numbers[T]) appendRange(from series, begin, end int) {
	*s.values = append(*s.values, (*from.(sliced[T]).slice())[begin:end]...)
}

func (s numbers[T]) appendArray(a arrow.Array) { *s.values = append(*s.values, stored[T](a)...) }

// stored is the values of a fixed-width array, whatever stands where they are
// null.
func stored[T value](a arrow.Array) []T {
	data := a.Data()
	var values any
	switch any(*new(T)).(type) {
	case int16:
		values = arrow.GetData[int16](data.Buffers()[1].Bytes())
	case int32:
		values = arrow.GetData[int32](data.Buffers()[1].Bytes())
	default:
		values = arrow.GetData[int64](data.Buffers()[1].Bytes())
	}
	return values.([]T)[data.Offset():][:data.Len()]
}

// sliced is what columns of the same values have in common, nulls or not.
type sliced[T value] interface{ slice() *[]T }

var _ sliced[int64] = numbers[int64]{}

func (s numbers[T]) slice() *[]T { return s.values } //nolint:unused // called through sliced, which the linter does not see in generic code

func (s numbers[T]) steady(begin, end int) bool { return allEqual((*s.values)[begin:end]) }

func (s numbers[T]) gathered() gathered { return new(gatheredNumbers[T]) }

func allEqual[T comparable](values []T) bool {
	for _, v := range values {
		if v != values[0] {
			return false
		}
	}
	return true
}

func (s numbers[T]) array(t arrow.DataType, n int) arrow.Array {
	return fixedWidth(t, (*s.values)[:n], nil, 0)
}

// optional is a column in which Null marks a null.
type optional[T int16 | int32] struct{ numbers[T] }

func (s optional[T]) gathered() gathered { return new(gatheredOptional[T]) }

func (s optional[T]) array(t arrow.DataType, n int) arrow.Array {
	values := (*s.values)[:n]
	valid, nulls := validity(len(values), func(i int) bool { return values[i] != Null })
	return fixedWidth(t, values, valid, nulls)
}

func (s optional[T]) appendArray(a arrow.Array) {
	begin := len(*s.values)
	s.numbers.appendArray(a)
	for i := range a.Len() {
		if a.IsNull(i) {
			(*s.values)[begin+i] = Null
		}
	}
}

// known is a column that has nulls where another says so.
type known[T value] struct {
	numbers[T]
	has *[]bool
}

func (s known[T]) steady(begin, end int) bool {
	has := (*s.has)[begin:end]
	return allEqual(has) && (len(has) == 0 || !has[0] || s.numbers.steady(begin, end))
}

func (s known[T]) gathered() gathered { return new(gatheredKnown[T]) }

func (s known[T]) array(t arrow.DataType, n int) arrow.Array {
	has := (*s.has)[:n]
	valid, nulls := validity(len(has), func(i int) bool { return has[i] })
	return fixedWidth(t, (*s.values)[:n], valid, nulls)
}

func (s known[T]) appendArray(a arrow.Array) {
	s.numbers.appendArray(a)
	// Its two columns say the same: the first to come says it.
	for i := len(*s.has); i < len(*s.values); i++ {
		*s.has = append(*s.has, a.IsValid(i-(len(*s.values)-a.Len())))
	}
}

// fixedWidth wraps values into an Arrow array of type t, whose values have the
// same layout.
func fixedWidth[T value](t arrow.DataType, values []T, valid []byte, nulls int) arrow.Array {
	buffers := []*memory.Buffer{nil, memory.NewBufferBytes(bytesOf(values))}
	if nulls > 0 {
		buffers[0] = memory.NewBufferBytes(valid)
	}
	data := array.NewData(t, len(values), buffers, nil, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

func bytesOf[T value](values []T) []byte {
	switch v := any(values).(type) {
	case []int16:
		return arrow.GetBytes(v)
	case []int32:
		return arrow.GetBytes(v)
	case []int64:
		return arrow.GetBytes(v)
	default:
		panic("flow: no Arrow column is made of booleans")
	}
}

// validity is Arrow's bitmap of n values, the lowest bit first, and how many
// of them are null.
func validity(n int, has func(int) bool) (bitmap []byte, nulls int) {
	bitmap = make([]byte, (n+7)/8)
	nulls = n
	for i := range n {
		if has(i) {
			bitmap[i/8] |= 1 << (i % 8)
			nulls--
		}
	}
	return bitmap, nulls
}
