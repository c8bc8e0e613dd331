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

// page is a page before it is compressed. Levels stay as they are.
type page struct {
	levels, values []byte
	rows, nulls    int
	encoding       int32
}

// writeChunk writes a column of a row group: the arrays one after the other, as
// one data page, behind a dictionary where that is the shorter way to say it.
func (w *Writer) writeChunk(column int, parts []arrow.Array) (Chunk, error) {
	c := Chunk{}
	p := page{levels: w.levels[:0], values: w.values[:0], encoding: encodingDelta}
	for _, a := range parts {
		c.Values += a.Len()
		c.Nulls += a.NullN()
	}
	p.rows, p.nulls = c.Values, c.Nulls
	if w.schema.Field(column).Nullable {
		p.levels = appendLevels(p.levels, parts, c.Values, c.Nulls)
	} else if c.Nulls > 0 {
		return c, fmt.Errorf("%d nulls in a column that has none", c.Nulls)
	}
	switch w.schema.Field(column).Type.ID() {
	case arrow.INT16:
		w.narrow = widened(w.narrow[:0], parts)
		putNumbers(w, &w.small, &c, &p, w.narrow)
	case arrow.INT32:
		values, gathered := gather(w.narrow, parts)
		putNumbers(w, &w.small, &c, &p, values)
		w.narrow = gathered
	case arrow.DICTIONARY:
		w.putTexts(&c, &p, parts)
	default:
		values, gathered := gather(w.wide, parts)
		putNumbers(w, &w.large, &c, &p, values)
		w.wide = gathered
	}
	c.Data = w.offset()
	w.writePage(&c, &p)
	w.levels, w.values = p.levels, p.values
	return c, nil
}

// widened appends the 16-bit values of all parts that are there as what Parquet
// has for them.
func widened(values []int32, parts []arrow.Array) []int32 {
	for _, a := range parts {
		data := a.Data()
		stored := arrow.GetData[int16](data.Buffers()[1].Bytes())[data.Offset():][:data.Len()]
		values = slices.Grow(values, len(stored))
		if a.NullN() == a.Len() {
			continue
		}
		for i, v := range stored {
			if a.NullN() == 0 || a.IsValid(i) {
				values = append(values, int32(v))
			}
		}
	}
	return values
}

// gather returns the values of all parts that are there: in place where there
// is one part without nulls, else in the memory, which it also returns.
func gather[T number](memory []T, parts []arrow.Array) (values, used []T) {
	memory = memory[:0]
	for _, a := range parts {
		data := a.Data()
		stored := arrow.GetData[T](data.Buffers()[1].Bytes())[data.Offset():][:data.Len()]
		switch a.NullN() {
		case 0:
			if len(parts) == 1 {
				return stored, memory
			}
			memory = append(memory, stored...)
		case a.Len():
		default:
			for i, v := range stored {
				if a.IsValid(i) {
					memory = append(memory, v)
				}
			}
		}
	}
	return memory, memory
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

// putNumbers makes the values of a page and notes their range: indices into a
// dictionary, which it writes, where they are few different ones, else deltas.
func putNumbers[T number](w *Writer, d *dictionary[T], c *Chunk, p *page, values []T) {
	if len(values) == 0 {
		p.values = appendDelta(p.values, values)
		return
	}
	least, most := extent(values)
	c.Least, c.Most = plain(nil, least), plain(nil, most)
	if least == most { // as in most columns of most row groups
		p.values = appendEqual(p.values, least, len(values))
		return
	}
	codes, ok := d.encode(w.codes[:0], values)
	w.codes = codes
	if !ok {
		p.values = appendDelta(p.values, values)
		return
	}
	var words []byte
	for _, v := range d.words {
		words = plain(words, v)
	}
	w.putIndices(c, p, words, len(d.words), codes)
}

func extent[T number](values []T) (least, most T) {
	least, most = values[0], values[0]
	for _, v := range values {
		least = min(least, v)
		most = max(most, v)
	}
	return least, most
}

// plain appends a number as statistics and dictionaries have it.
func plain[T number](b []byte, v T) []byte {
	if v32, ok := any(v).(int32); ok {
		return binary.LittleEndian.AppendUint32(b, uint32(v32))
	}
	return binary.LittleEndian.AppendUint64(b, uint64(v))
}

// putTexts writes the dictionary's page and makes the indices of the next.
// Every part has a dictionary of its own; the chunk has the texts of all that
// are used.
func (w *Writer) putTexts(c *Chunk, p *page, parts []arrow.Array) {
	d := textDictionary{codes: map[string]int32{}}
	codes := w.codes[:0]
	for _, a := range parts {
		codes = d.translate(codes, a.(*array.Dictionary))
	}
	w.codes = codes
	var words []byte
	for _, text := range d.texts {
		words = append(binary.LittleEndian.AppendUint32(words, uint32(len(text))), text...)
	}
	if len(d.texts) > 0 {
		c.Least, c.Most = []byte(slices.Min(d.texts)), []byte(slices.Max(d.texts))
	}
	w.putIndices(c, p, words, len(d.texts), codes)
}

// textDictionary is the texts of a chunk, in the order of their first use.
type textDictionary struct {
	texts []string
	codes map[string]int32
}

// translate appends the indices of a part, which are those of its own dictionary,
// as indices of d.
func (d *textDictionary) translate(indices []int32, part *array.Dictionary) []int32 {
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

func (d *textDictionary) code(text string) int32 {
	code, known := d.codes[text]
	if !known {
		code = int32(len(d.texts))
		text = strings.Clone(text) // it is memory of the batch
		d.codes[text] = code
		d.texts = append(d.texts, text)
	}
	return code
}

// putIndices writes the page of a dictionary of n words, and makes the values of
// the data page behind it.
func (w *Writer) putIndices(c *Chunk, p *page, words []byte, n int, indices []int32) {
	c.Dictionary = w.offset()
	// A dictionary's page is compressed by the chunk's codec, whatever that
	// gains: unlike a data page it cannot say that it is not.
	w.compressed = w.zstd.EncodeAll(words, w.compressed[:0])
	var t thrift
	t.i32(1, pageDictionary)
	t.i32(2, int32(len(words)))
	t.i32(3, int32(len(w.compressed)))
	t.begin(7)
	t.i32(1, int32(n))
	t.i32(2, encodingPlain)
	t.end()
	t.end()
	w.put(c, t.b, len(words), w.compressed)

	p.encoding = encodingDictionary
	width := max(1, bits.Len(uint(max(0, n-1))))
	p.values = appendHybrid(append(p.values, byte(width)), indices, width)
}

// writePage writes a data page (v2).
func (w *Writer) writePage(c *Chunk, p *page) {
	body, compressed := w.compress(p.values)
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
func (w *Writer) put(c *Chunk, header []byte, uncompressed int, parts ...[]byte) {
	begin := len(w.group)
	w.group = append(w.group, header...)
	for _, part := range parts {
		w.group = append(w.group, part...)
	}
	c.Uncompressed += int64(len(header) + uncompressed)
	c.Compressed += int64(len(w.group) - begin)
}
