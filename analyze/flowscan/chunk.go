package flowscan

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/parquet"
)

// chunk is a column of a row group, read once from its first page to its last.
// A column of texts has indices into texts for values.
type chunk struct {
	pages pages
	kind  parquet.Type
	null  bool // the schema allows nulls; a flow has none in what is read here
	rows  int  // of the row group

	same  bool  // all values are the same,
	value int64 // which statistics tell: no page is read

	words []int64  // the dictionary of numbers
	texts []string // all texts met so far; first those of the dictionary
	known map[string]int64

	first, n int // the rows of the page at hand
	encoding parquet.Encoding
	body     []byte // its values
	*buffers
}

// next goes on to the next page of values, false at the end.
func (c *chunk) next() (bool, error) {
	c.first += c.n
	c.n = 0
	for {
		p, more, err := c.pages.next()
		if err != nil {
			return false, err
		}
		if !more {
			break
		}
		if p.kind == pageDictionary {
			if err := c.readDictionary(p.body, int(p.n)); err != nil {
				return false, err
			}
			continue
		}
		c.n, c.encoding, c.body = int(p.n), p.encoding, p.body[p.levels:]
		if p.nulls != 0 {
			return false, errNull
		}
		if p.kind == pageData {
			if c.body, err = c.skipLevels(p.body); err != nil {
				return false, err
			}
		}
		if c.n > c.rows-c.first {
			return false, errPage
		}
		if c.deltas() {
			return true, c.delta.begin(c.body, c.first, c.n, c.kind == parquet.Types.Int32)
		}
		return true, nil
	}
	if c.first != c.rows {
		return false, errPage
	}
	return false, nil
}

// errNull is the fault of a flow without a value that every flow has.
var errNull = errors.New("it has nulls, where a flow of the lake has none")

// skipLevels goes through the definition levels of a page: all have to be there.
func (c *chunk) skipLevels(data []byte) ([]byte, error) {
	if !c.null {
		return data, nil
	}
	if len(data) < 4 {
		return nil, errPage
	}
	length := int64(binary.LittleEndian.Uint32(data))
	if length > int64(len(data)-4) {
		return nil, errPage
	}
	levels := hybrid{src: data[4 : 4+length], width: 1, left: c.n}
	for levels.left > 0 {
		r, err := levels.next()
		if err != nil {
			return nil, err
		}
		for i := range r.n {
			if r.at(i) != 1 {
				return nil, errNull
			}
			if r.packed == nil {
				break
			}
		}
	}
	return data[4+length:], nil
}

// readDictionary keeps the n words of a dictionary's page.
func (c *chunk) readDictionary(data []byte, n int) error {
	if c.kind == parquet.Types.ByteArray {
		c.texts = c.texts[:0]
		for range n {
			text, rest, err := cutText(data)
			if err != nil {
				return err
			}
			c.texts, data = append(c.texts, string(text)), rest
		}
		return nil
	}
	words, err := c.plain(data, n, nil)
	c.words = words
	return err
}

// cutText takes the first of several texts: its length, and its bytes.
func cutText(data []byte) (text, rest []byte, err error) {
	if len(data) < 4 {
		return nil, nil, errPage
	}
	length := int64(binary.LittleEndian.Uint32(data))
	if length > int64(len(data)-4) {
		return nil, nil, errPage
	}
	return data[4 : 4+length], data[4+length:], nil
}

// plain appends the first n numbers of a page in PLAIN.
func (c *chunk) plain(data []byte, n int, out []int64) ([]int64, error) {
	switch {
	case c.kind == parquet.Types.Int64 && len(data)/8 >= n:
		for i := range n {
			out = append(out, int64(binary.LittleEndian.Uint64(data[8*i:]))) //nolint:gosec // a bit pattern
		}
	case c.kind == parquet.Types.Int32 && len(data)/4 >= n:
		for i := range n {
			out = append(out, int64(int32(binary.LittleEndian.Uint32(data[4*i:])))) //nolint:gosec // a bit pattern
		}
	default:
		return out, errPage
	}
	return out, nil
}

// indices begins to read the page at hand, which is one of indices into the
// dictionary.
func (c *chunk) indices() (hybrid, error) {
	if len(c.body) == 0 || c.body[0] > 32 {
		return hybrid{}, errPage
	}
	return hybrid{src: c.body[1:], width: uint(c.body[0]), left: c.n}, nil
}

// plainOf appends the values of the page at hand, which is in PLAIN.
func (c *chunk) plainOf(out []int64) ([]int64, error) {
	if c.encoding != parquet.Encodings.Plain {
		return out, fmt.Errorf("it is encoded as %s, which is not read here: write the file again with another Parquet writer", c.encoding)
	}
	if c.kind != parquet.Types.ByteArray {
		return c.plain(c.body, c.n, out)
	}
	if c.known == nil {
		c.known = map[string]int64{}
		for i, text := range c.texts {
			c.known[text] = int64(i)
		}
	}
	data := c.body
	for range c.n {
		text, rest, err := cutText(data)
		if err != nil {
			return out, err
		}
		i, ok := c.known[string(text)]
		if !ok {
			i = int64(len(c.texts))
			c.texts = append(c.texts, string(text))
			c.known[string(text)] = i
		}
		out, data = append(out, i), rest
	}
	return out, nil
}

// words of a dictionary, by their indices.
func (c *chunk) dictionary() (words []int64, n uint32) {
	if c.kind == parquet.Types.ByteArray {
		return nil, uint32(len(c.texts)) //nolint:gosec // of one page
	}
	return c.words, uint32(len(c.words)) //nolint:gosec // of one page
}

// word is what an index stands for.
func word(words []int64, i uint32) int64 {
	if words == nil {
		return int64(i)
	}
	return words[i]
}

// mark appends the values that pass the filter, and their rows, in order.
func (c *chunk) mark(f *filter, to *marks) error {
	if c.same {
		if f.passes(c.value) {
			for row := range c.rows {
				to.add(row, c.value)
			}
		}
		return nil
	}
	var passing []bool // of the dictionary
	some := false
	for {
		more, err := c.next()
		if err != nil || !more {
			return err
		}
		if passing == nil && len(c.words) > 0 {
			passing = make([]bool, len(c.words))
			for i, v := range c.words {
				passing[i] = f.passes(v)
				some = some || passing[i]
			}
		}
		switch {
		case c.deltas():
			err = c.delta.mark(f, to)
		case !isDictionary(c.encoding):
			if c.wide, err = c.plainOf(c.wide[:0]); err == nil {
				f.mark(c.wide, c.first, to)
			}
		case some || len(c.words) == 0:
			err = c.markIndices(passing, to)
		}
		if err != nil {
			return err
		}
	}
}

// markIndices appends the rows whose words are marked.
func (c *chunk) markIndices(passing []bool, to *marks) error {
	h, err := c.indices()
	if err != nil {
		return err
	}
	for row := c.first; h.left > 0; {
		r, err := h.next()
		if err != nil {
			return err
		}
		for i := range r.n {
			index := r.at(i)
			if int(index) >= len(passing) {
				return errPage
			}
			if passing[index] {
				to.add(row+i, c.words[index])
			} else if r.packed == nil {
				break
			}
		}
		row += r.n
	}
	return nil
}

// deltas says whether the page at hand is one of deltas.
func (c *chunk) deltas() bool { return c.encoding == parquet.Encodings.DeltaBinaryPacked }

func isDictionary(e parquet.Encoding) bool {
	return e == parquet.Encodings.PlainDict || e == parquet.Encodings.RLEDict
}

// pick appends the values of some rows, which are in order.
func (c *chunk) pick(rows []int32, out []int64) ([]int64, error) {
	if c.same {
		for range rows {
			out = append(out, c.value)
		}
		return out, nil
	}
	for len(rows) > 0 {
		more, err := c.next()
		if err != nil {
			return out, err
		}
		if !more {
			return out, errPage
		}
		if int(rows[0]) >= c.first+c.n {
			continue
		}
		switch {
		case c.deltas():
			rows, out, err = c.delta.pick(rows, out)
		case isDictionary(c.encoding):
			rows, out, err = c.pickIndices(rows, out)
		default:
			if c.wide, err = c.plainOf(c.wide[:0]); err == nil {
				rows, out = pickOf(c.wide, c.first, rows, out)
			}
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// pickOf appends the values of those of the rows that are among them, and returns
// the other rows.
func pickOf(values []int64, first int, rows []int32, out []int64) ([]int32, []int64) {
	for len(rows) > 0 && int(rows[0]) < first+len(values) {
		out = append(out, values[int(rows[0])-first])
		rows = rows[1:]
	}
	return rows, out
}

// pickIndices is pickOf for a page of indices.
func (c *chunk) pickIndices(rows []int32, out []int64) ([]int32, []int64, error) {
	h, err := c.indices()
	if err != nil {
		return rows, out, err
	}
	words, n := c.dictionary()
	for row := c.first; h.left > 0 && len(rows) > 0; {
		if row += h.pass(int(rows[0]) - row); h.left == 0 {
			break
		}
		r, err := h.next()
		if err != nil {
			return rows, out, err
		}
		for len(rows) > 0 && int(rows[0]) < row+r.n {
			index := r.at(int(rows[0]) - row)
			if index >= n {
				return rows, out, errPage
			}
			out = append(out, word(words, index))
			rows = rows[1:]
		}
		row += r.n
	}
	return rows, out, nil
}

// all appends every value.
func (c *chunk) all(out []int64) ([]int64, error) {
	if c.same {
		for range c.rows {
			out = append(out, c.value)
		}
		return out, nil
	}
	for {
		more, err := c.next()
		if err != nil || !more {
			return out, err
		}
		switch {
		case c.deltas():
			out, err = c.delta.all(out)
		case isDictionary(c.encoding):
			out, err = c.allIndices(out)
		default:
			out, err = c.plainOf(out)
		}
		if err != nil {
			return out, err
		}
	}
}

// allIndices appends every value of a page of indices.
func (c *chunk) allIndices(out []int64) ([]int64, error) {
	h, err := c.indices()
	if err != nil {
		return out, err
	}
	words, n := c.dictionary()
	for h.left > 0 {
		r, err := h.next()
		if err != nil {
			return out, err
		}
		for i := range r.n {
			index := r.at(i)
			if index >= n {
				return out, errPage
			}
			out = append(out, word(words, index))
		}
	}
	return out, nil
}
