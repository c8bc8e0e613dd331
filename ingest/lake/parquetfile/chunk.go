package parquetfile

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
)

// chunk is what the footer says of one column of a row group.
type chunk struct {
	column                   int
	values, nulls            int
	begin, dictionary, data  int64 // where in the file; dictionary 0: it has none
	compressed, uncompressed int64 // headers included
	least, most              []byte
}

// page is a page before it is compressed. Levels stay as they are.
type page struct {
	levels, values []byte
	rows, nulls    int
	encoding       int32
}

// writeChunk writes a column of a row group: the arrays one after the other, as
// one data page.
func (w *Writer) writeChunk(column int, parts []arrow.Array) (chunk, error) {
	c := chunk{column: column, begin: w.offset()}
	p := page{levels: w.scratch.levels[:0], values: w.scratch.values[:0], encoding: encodingDelta}
	for _, a := range parts {
		c.values += a.Len()
		c.nulls += a.NullN()
	}
	p.rows, p.nulls = c.values, c.nulls
	if w.schema.Field(column).Nullable {
		p.levels = appendLevels(p.levels, parts, c.values, c.nulls)
	} else if c.nulls > 0 {
		return c, fmt.Errorf("%d nulls in a column that has none", c.nulls)
	}
	switch w.schema.Field(column).Type.ID() {
	case arrow.INT16:
		values := gather(w.scratch.narrow[:0], parts, func(v int16) int32 { return int32(v) })
		p.values, w.scratch.narrow = putNumbers(&c, p.values, values), values
	case arrow.INT32:
		values := gather(w.scratch.narrow[:0], parts, func(v int32) int32 { return v })
		p.values, w.scratch.narrow = putNumbers(&c, p.values, values), values
	case arrow.DICTIONARY:
		p.encoding = encodingDictionary
		p.values = w.putTexts(&c, p.values, parts)
	default:
		values := gather(w.scratch.wide[:0], parts, func(v int64) int64 { return v })
		p.values, w.scratch.wide = putNumbers(&c, p.values, values), values
	}
	c.data = w.offset()
	w.writePage(&c, &p)
	w.scratch.levels, w.scratch.values = p.levels, p.values
	return c, nil
}

// gather appends the values of all parts that are there.
func gather[F arrow.FixedWidthType, T number](values []T, parts []arrow.Array, as func(F) T) []T {
	for _, a := range parts {
		data := a.Data()
		stored := arrow.GetData[F](data.Buffers()[1].Bytes())[data.Offset():][:data.Len()]
		values = slices.Grow(values, len(stored))
		if a.NullN() == 0 {
			for _, v := range stored {
				values = append(values, as(v))
			}
			continue
		}
		for i, v := range stored {
			if a.IsValid(i) {
				values = append(values, as(v))
			}
		}
	}
	return values
}

// appendLevels appends the definition levels: 1 where there is a value, 0 for a
// null.
func appendLevels(b []byte, parts []arrow.Array, rows, nulls int) []byte {
	switch nulls {
	case 0:
		return appendRun(b, 1, rows, 1)
	case rows:
		return appendRun(b, 0, rows, 1)
	}
	groups := (rows + 7) / 8
	b = binary.AppendUvarint(b, uint64(groups)<<1|1)
	begin := len(b)
	b = append(b, make([]byte, groups)...)
	row := 0
	for _, a := range parts {
		if a.NullN() == 0 {
			bitutil.SetBitsTo(b[begin:], int64(row), int64(a.Len()), true)
		} else {
			bitutil.CopyBitmap(a.NullBitmapBytes(), a.Data().Offset(), a.Len(), b[begin:], row)
		}
		row += a.Len()
	}
	return b
}

// putNumbers appends the values to a page and notes their range.
func putNumbers[T number](c *chunk, b []byte, values []T) []byte {
	if len(values) == 0 {
		return appendDelta(b, values)
	}
	least, most := values[0], values[0]
	for _, v := range values {
		least = min(least, v)
		most = max(most, v)
	}
	c.least, c.most = plain(least), plain(most)
	if least == most { // as in most columns of most row groups
		return appendEqual(b, least, len(values))
	}
	return appendDelta(b, values)
}

// plain is a number as statistics have it.
func plain[T number](v T) []byte {
	if v32, ok := any(v).(int32); ok {
		return binary.LittleEndian.AppendUint32(nil, uint32(v32))
	}
	return binary.LittleEndian.AppendUint64(nil, uint64(v))
}

// putTexts writes the dictionary's page and appends the indices to the next.
// Every part has a dictionary of its own; the chunk has the texts of all that
// are used.
func (w *Writer) putTexts(c *chunk, b []byte, parts []arrow.Array) []byte {
	d := dictionary{codes: map[string]int32{}}
	indices := w.scratch.narrow[:0]
	for _, a := range parts {
		indices = d.translate(indices, a.(*array.Dictionary))
	}
	w.scratch.narrow = indices
	c.dictionary = w.offset()
	w.writeDictionary(c, d.texts)
	width := max(1, bits.Len(uint(max(0, len(d.texts)-1))))
	return appendHybrid(append(b, byte(width)), indices, width)
}

// dictionary is the texts of a chunk, in the order of their first use.
type dictionary struct {
	texts []string
	codes map[string]int32
}

// translate appends the indices of a part, which are those of its own dictionary,
// as indices of d.
func (d *dictionary) translate(indices []int32, part *array.Dictionary) []int32 {
	words := part.Dictionary().(*array.String)
	own := make([]int32, words.Len()) // the code of each of the part's, plus 1
	for i, word := range part.Indices().(*array.Int32).Int32Values() {
		if part.NullN() > 0 && part.IsNull(i) {
			continue
		}
		if own[word] == 0 {
			own[word] = d.code(words.Value(int(word))) + 1
		}
		indices = append(indices, own[word]-1)
	}
	return indices
}

func (d *dictionary) code(text string) int32 {
	code, known := d.codes[text]
	if !known {
		code = int32(len(d.texts))
		text = strings.Clone(text) // it is memory of the batch
		d.codes[text] = code
		d.texts = append(d.texts, text)
	}
	return code
}

func (w *Writer) writeDictionary(c *chunk, texts []string) {
	var words []byte
	for _, text := range texts {
		words = append(binary.LittleEndian.AppendUint32(words, uint32(len(text))), text...)
	}
	if len(texts) > 0 {
		c.least, c.most = []byte(slices.Min(texts)), []byte(slices.Max(texts))
	}
	// A dictionary's page is compressed by the chunk's codec, whatever that
	// gains: unlike a data page it cannot say that it is not.
	compressed := w.compress(words)
	var t thrift
	t.i32(1, pageDictionary)
	t.i32(2, int32(len(words)))
	t.i32(3, int32(len(compressed)))
	t.begin(7)
	t.i32(1, int32(len(texts)))
	t.i32(2, encodingPlain)
	t.end()
	t.end()
	w.put(c, t.b, len(words), compressed)
}

// writePage writes a data page (v2), uncompressed where compression gains little:
// reading it is then a copy less.
func (w *Writer) writePage(c *chunk, p *page) {
	body := w.compress(p.values)
	compressed := len(body) < len(p.values)-len(p.values)/16
	if !compressed {
		body = p.values
	}
	var t thrift
	t.i32(1, pageData2)
	t.i32(2, int32(len(p.levels)+len(p.values)))
	t.i32(3, int32(len(p.levels)+len(body)))
	t.begin(8)
	t.i32(1, int32(p.rows))
	t.i32(2, int32(p.nulls))
	t.i32(3, int32(p.rows))
	t.i32(4, p.encoding)
	t.i32(5, int32(len(p.levels)))
	t.i32(6, 0)
	t.boolean(7, compressed)
	t.end()
	t.end()
	w.put(c, t.b, len(p.levels)+len(p.values), p.levels, body)
}

// put writes a page of that length before compression.
func (w *Writer) put(c *chunk, header []byte, uncompressed int, parts ...[]byte) {
	begin := len(w.group)
	w.group = append(w.group, header...)
	for _, part := range parts {
		w.group = append(w.group, part...)
	}
	c.uncompressed += int64(len(header) + uncompressed)
	c.compressed += int64(len(w.group) - begin)
}
