package parquetfile

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"

	"minewatch/ingest/flow"
)

// page is a page before it is compressed. Levels stay as they are.
type page struct {
	levels, values []byte
	rows, nulls    int
	encoding       int32
}

// writeChunk writes a column of a row group as one data page, behind a dictionary
// where that is the shorter way to say it.
func (w *Writer) writeChunk(column, rows int, v *flow.Values) (Chunk, error) {
	c := Chunk{Values: rows, Nulls: nulls(v, rows)}
	p := page{levels: w.levels[:0], values: w.values[:0], rows: rows, nulls: c.Nulls, encoding: encodingDelta}
	if w.schema.Field(column).Nullable {
		p.levels = appendLevels(p.levels, v, rows, c.Nulls)
	} else if c.Nulls > 0 {
		return c, fmt.Errorf("%d nulls in a column that has none", c.Nulls)
	}
	begin, deltas := len(w.group), any(nil)
	switch w.schema.Field(column).Type.ID() {
	case arrow.INT16:
		deltas = putNumbers(w, &w.numbers16, &c, &p, v, v.Int16)
	case arrow.INT32:
		deltas = putNumbers(w, &w.numbers32, &c, &p, v, v.Int32)
	case arrow.DICTIONARY:
		w.putTexts(&c, &p, v)
	default:
		deltas = putNumbers(w, &w.numbers64, &c, &p, v, v.Int64)
	}
	c.Data = w.offset()
	w.writePage(&c, &p)
	if deltas != nil {
		w.tryDeltas(&c, &p, deltas, begin)
	}
	w.levels, w.values = p.levels, p.values
	return c, nil
}

// tryDeltas writes the chunk, which begins there, once more without a dictionary,
// and keeps the shorter.
func (w *Writer) tryDeltas(c *Chunk, p *page, values any, begin int) {
	other, end := *c, len(w.group)
	other.Dictionary, other.Data = 0, w.begin+int64(begin)
	other.Compressed, other.Uncompressed = 0, 0
	p.encoding, p.values = encodingDelta, p.values[:0]
	w.putDeltas(p, values)
	w.writePage(&other, p)
	if other.Compressed >= c.Compressed {
		w.group = w.group[:end]
		return
	}
	w.group = append(w.group[:begin], w.group[end:]...)
	*c = other
}

// nulls counts those of a column.
func nulls(v *flow.Values, rows int) int {
	n := 0
	for _, valid := range v.Valid {
		if !valid {
			n++
		}
	}
	if v.Steady && n > 0 {
		return rows
	}
	return n
}

// appendLevels appends the definition levels: 1 where there is a value, 0 for a
// null.
func appendLevels(b []byte, v *flow.Values, rows, nulls int) []byte {
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
	for row, valid := range v.Valid {
		if valid {
			b[begin+row/8] |= 1 << (row % 8)
		}
	}
	return b
}

// numberScratch is memory for the columns of one type.
type numberScratch[T integer] struct {
	present    []T // those of a column that are not null
	dictionary dictionary[T]
	large      largeDictionary[T]
}

// pick returns the values that are not null.
func (s *numberScratch[T]) pick(values []T, valid []bool) []T {
	s.present = s.present[:0]
	for row, is := range valid {
		if is {
			s.present = append(s.present, values[row])
		}
	}
	return s.present
}

// putNumbers makes the values of a page and notes their range: indices into a
// dictionary, which it writes, where they are few different ones, else deltas. It
// returns the values where a dictionary is not sure to be shorter than deltas.
func putNumbers[T integer](w *Writer, s *numberScratch[T], c *Chunk, p *page, v *flow.Values, values []T) (deltas any) {
	present := c.Values - c.Nulls
	switch {
	case present == 0:
		p.values = appendDelta[int64](p.values, nil)
		return nil
	case v.Steady:
		c.putEqual(p, int64(values[0]), plain(nil, values[0]), present)
		return nil
	case c.Nulls > 0:
		values = s.pick(values, v.Valid)
	}
	codes, ok := s.dictionary.encode(w.codes[:0], values)
	words := s.dictionary.words
	if !ok && w.o.Thorough {
		codes, ok = s.large.encode(codes[:0], values)
		words, deltas = s.large.words, values
	}
	w.codes = codes
	few := values
	if ok {
		few = words
	}
	least, most := slices.Min(few), slices.Max(few)
	c.Least, c.Most = plain(nil, least), plain(nil, most)
	switch {
	case least == most:
		c.putEqual(p, int64(least), c.Least, present)
	case ok:
		var content []byte
		for _, word := range words {
			content = plain(content, word)
		}
		w.putIndices(c, p, content, len(words), codes)
		return deltas
	default:
		w.putDeltas(p, values)
	}
	return nil
}

// putEqual makes a page of n values that are all the same.
func (c *Chunk) putEqual(p *page, v int64, plain []byte, n int) {
	c.Least, c.Most = plain, plain
	p.values = appendEqual(p.values, v, n)
}

// putDeltas makes a page of any values.
func (w *Writer) putDeltas(p *page, values any) {
	switch values := values.(type) {
	case []int16: // Parquet has 32 bits for them
		w.widened = w.widened[:0]
		for _, v := range values {
			w.widened = append(w.widened, int32(v))
		}
		p.values = appendDelta(p.values, w.widened)
	case []int32:
		p.values = appendDelta(p.values, values)
	case []int64:
		p.values = appendDelta(p.values, values)
	}
}

// plain appends a number as statistics and dictionaries have it.
func plain[T integer](b []byte, v T) []byte {
	if _, ok := any(v).(int64); ok {
		return binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	return binary.LittleEndian.AppendUint32(b, uint32(v))
}

// putTexts writes the dictionary's page and makes the indices of the next. All
// texts that the dictionary has are used.
func (w *Writer) putTexts(c *Chunk, p *page, v *flow.Values) {
	texts, codes := v.Texts, v.Int32
	switch present := c.Values - c.Nulls; {
	case present == 0:
		texts, codes = nil, nil
	case v.Steady:
		texts, codes = texts[codes[0]:][:1], nil
	case c.Nulls > 0:
		w.codes = w.codes[:0]
		for row, valid := range v.Valid {
			if valid {
				w.codes = append(w.codes, codes[row])
			}
		}
		codes = w.codes
	}
	var words []byte
	for _, text := range texts {
		words = append(binary.LittleEndian.AppendUint32(words, uint32(len(text))), text...)
	}
	if len(texts) > 0 {
		c.Least, c.Most = []byte(slices.Min(texts)), []byte(slices.Max(texts))
	}
	w.putIndices(c, p, words, len(texts), codes)
	if v.Steady && len(texts) > 0 {
		p.values = appendRun(p.values, 0, c.Values, 1)
	}
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
