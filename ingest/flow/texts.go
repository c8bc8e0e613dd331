package flow

import (
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Texts is a column of few different texts, as Arrow and Parquet store it: a
// dictionary of them, and each row's index into it.
type Texts struct {
	Codes  []int32
	values []string
	codes  map[string]int32
	last   int32 // the code that was asked for last
}

// Code is the index of text in the dictionary, which has it afterwards.
func (t *Texts) Code(text string) int32 {
	// All records of a datagram share their texts, and most neighbours do.
	if int(t.last) < len(t.values) && t.values[t.last] == text {
		return t.last
	}
	code, ok := t.codes[text]
	if !ok {
		if t.codes == nil {
			t.codes = map[string]int32{}
		}
		code = int32(len(t.values)) //nolint:gosec // fewer texts than rows
		t.values = append(t.values, text)
		t.codes[text] = code
	}
	t.last = code
	return code
}

// Append adds a row.
func (t *Texts) Append(text string) { t.Codes = append(t.Codes, t.Code(text)) }

// At is the text of row i.
func (t *Texts) At(i int) string { return t.values[t.Codes[i]] }

// forget empties the dictionary of a column without rows.
func (t *Texts) forget() {
	t.values = t.values[:0]
	clear(t.codes)
}

// texts is a column of texts as a series.
type texts struct{ *Texts }

func (s texts) truncate(n int) { s.Codes = s.Codes[:n] }

// appendRange translates the codes of one dictionary into those of the other,
// once for each run of equal ones.
func (s texts) appendRange(from series, begin, end int) {
	o := from.(texts)
	for i := begin; i < end; {
		code, run := o.Codes[i], i+1
		for run < end && o.Codes[run] == code {
			run++
		}
		own := s.Code(o.values[code])
		s.Codes = slices.Grow(s.Codes, run-i)
		for ; i < run; i++ {
			s.Codes = append(s.Codes, own)
		}
	}
}

func (s texts) appendArray(a arrow.Array) {
	rows := a.(*array.Dictionary)
	words := rows.Dictionary().(*array.String)
	known, own := -1, int32(0)
	for i := range rows.Len() {
		if code := rows.GetValueIndex(i); code != known {
			known, own = code, s.Code(strings.Clone(words.Value(code))) // the array's memory goes with it
		}
		s.Codes = append(s.Codes, own)
	}
}

func (s texts) steady(begin, end int) bool { return allEqual(s.Codes[begin:end]) }

func (s texts) gathered() gathered { return new(gatheredTexts) }

func (s texts) array(t arrow.DataType, n int) arrow.Array {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.AppendValues(s.values, nil)
	dictionary := b.NewArray()
	defer dictionary.Release()

	buffers := []*memory.Buffer{nil, memory.NewBufferBytes(arrow.GetBytes(s.Codes[:n]))}
	data := array.NewDataWithDictionary(t, n, buffers, 0, 0, dictionary.Data().(*array.Data))
	defer data.Release()
	return array.MakeFromData(data)
}
