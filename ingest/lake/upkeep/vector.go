package upkeep

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// vector is one column of rows in memory.
type vector interface {
	// appendArray adds the values of an array of the column's type; an array
	// of another width is a fault of the caller.
	appendArray(a arrow.Array) error
	// appendNulls adds n values that are not there.
	appendNulls(n int)
	// appendPicks adds values of other vectors of the same column.
	appendPicks(from []vector, picks []pick)
	// at is the value of a row, for comparisons; 0 where it is null.
	at(row int) int64
	// sum wraps around: it proves that values are the same, not how large
	// they are.
	sum() uint64
	// array is the vector as an array of type t that shares its memory: it is
	// valid until the vector changes.
	array(t arrow.DataType) arrow.Array
	clear()
}

// pick is a row of one of several sources.
type pick struct{ source, row int32 }

// numbers is a column of integers or times. The zeros of nulls hold their
// places in values.
type numbers[T int16 | int32 | int64] struct {
	values   []T
	nullable bool
	valid    []bool // as long as values if nullable
}

func (v *numbers[T]) appendArray(a arrow.Array) error {
	data := a.Data()
	if a.NullN() > 0 && !v.nullable {
		return fmt.Errorf("has %d nulls", a.NullN())
	}
	from := len(v.values)
	v.values = append(v.values, arrow.GetData[T](data.Buffers()[1].Bytes())[data.Offset():data.Offset()+a.Len()]...)
	if !v.nullable {
		return nil
	}
	for i := range a.Len() {
		v.valid = append(v.valid, a.IsValid(i))
		if a.IsNull(i) {
			v.values[from+i] = 0 // whatever lay there
		}
	}
	return nil
}

func (v *numbers[T]) appendNulls(n int) {
	v.values = append(v.values, make([]T, n)...)
	v.valid = append(v.valid, make([]bool, n)...)
}

func (v *numbers[T]) appendPicks(from []vector, picks []pick) {
	values := make([][]T, len(from))
	for i, f := range from {
		if f != nil {
			values[i] = f.(*numbers[T]).values
		}
	}
	for _, p := range picks {
		v.values = append(v.values, values[p.source][p.row])
	}
	if v.nullable {
		for _, p := range picks {
			v.valid = append(v.valid, from[p.source].(*numbers[T]).valid[p.row])
		}
	}
}

func (v *numbers[T]) at(row int) int64 { return int64(v.values[row]) }

func (v *numbers[T]) sum() uint64 {
	var s uint64
	for _, x := range v.values {
		s += uint64(x) //nolint:gosec // wraps around
	}
	for _, is := range v.valid {
		if is {
			s += 1 << 40
		}
	}
	return s
}

func (v *numbers[T]) array(t arrow.DataType) arrow.Array {
	buffers := []*memory.Buffer{nil, memory.NewBufferBytes(arrow.GetBytes(v.values))}
	nulls := 0
	if v.nullable {
		bits := make([]byte, bitutil.BytesForBits(int64(len(v.valid))))
		for i, is := range v.valid {
			if is {
				bitutil.SetBit(bits, i)
			} else {
				nulls++
			}
		}
		buffers[0] = memory.NewBufferBytes(bits)
	}
	data := array.NewData(t, len(v.values), buffers, nil, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

func (v *numbers[T]) clear() { v.values, v.valid = v.values[:0], v.valid[:0] }

// texts is a column of texts as numbers of a vocabulary.
type texts struct {
	numbers[int32]
	words *vocabulary
}

// vocabulary is all texts of a column in an hour: exporters, formats.
type vocabulary struct {
	words []string
	codes map[string]int32
}

func newVocabulary() *vocabulary { return &vocabulary{codes: map[string]int32{}} }

func (w *vocabulary) code(word string) int32 {
	code, ok := w.codes[word]
	if !ok {
		code = int32(len(w.words)) //nolint:gosec // as many as there are exporters
		w.words, w.codes[word] = append(w.words, word), code
	}
	return code
}

func (v *texts) appendArray(a arrow.Array) error {
	if a.NullN() > 0 {
		return fmt.Errorf("has %d nulls", a.NullN())
	}
	switch a := a.(type) {
	case *array.Dictionary:
		dictionary, ok := a.Dictionary().(*array.String)
		if !ok {
			return fmt.Errorf("is a %s", a.DataType())
		}
		codes := make([]int32, dictionary.Len())
		for i := range codes {
			codes[i] = v.words.code(dictionary.Value(i))
		}
		for i := range a.Len() {
			v.values = append(v.values, codes[a.GetValueIndex(i)])
		}
	case *array.String:
		for i := range a.Len() {
			v.values = append(v.values, v.words.code(a.Value(i)))
		}
	default:
		return fmt.Errorf("is a %s", a.DataType())
	}
	return nil
}

func (v *texts) appendPicks(from []vector, picks []pick) {
	for _, p := range picks {
		v.values = append(v.values, from[p.source].(*texts).values[p.row])
	}
}

func (v *texts) array(t arrow.DataType) arrow.Array {
	codes := v.numbers.array(arrow.PrimitiveTypes.Int32)
	defer codes.Release()
	builder := array.NewStringBuilder(memory.DefaultAllocator)
	defer builder.Release()
	builder.AppendValues(v.words.words, nil)
	words := builder.NewArray()
	defer words.Release()
	return array.NewDictionaryArray(t, codes, words)
}
