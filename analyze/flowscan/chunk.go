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

// each hands over the values of the page at hand, which is not one of deltas, in
// order, as parts of which the first belongs to that row: numbers, or a stretch
// of indices into the dictionary.
func (c *chunk) each(numbers func(first int, values []int64) error, indices func(first int, r *run) error) error {
	switch c.encoding {
	case parquet.Encodings.PlainDict, parquet.Encodings.RLEDict:
		return c.eachRun(indices)
	case parquet.Encodings.Plain:
		var err error
		if c.wide, err = c.plainOf(c.wide[:0]); err != nil {
			return err
		}
		return numbers(c.first, c.wide)
	default:
		return fmt.Errorf("it is encoded as %s, which is not read here: write the file again with another Parquet writer", c.encoding)
	}
}

func (c *chunk) eachRun(indices func(first int, r *run) error) error {
	if len(c.body) == 0 || c.body[0] > 32 {
		return errPage
	}
	h := hybrid{src: c.body[1:], width: uint(c.body[0]), left: c.n}
	for row := c.first; h.left > 0; {
		r, err := h.next()
		if err != nil {
			return err
		}
		if err := indices(row, &r); err != nil {
			return err
		}
		row += r.n
	}
	return nil
}

// plainOf appends the values of a page in PLAIN.
func (c *chunk) plainOf(out []int64) ([]int64, error) {
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
		if isDictionary(c.encoding) && !some && len(c.words) > 0 {
			continue
		}
		if c.deltas() {
			if err := c.delta.mark(f, to); err != nil {
				return err
			}
			continue
		}
		err = c.each(func(first int, values []int64) error {
			f.mark(values, first, to)
			return nil
		}, func(first int, r *run) error {
			for i := range r.n {
				index := r.at(i)
				if int(index) >= len(passing) {
					return errPage
				}
				if passing[index] {
					to.add(first+i, c.words[index])
				} else if r.packed == nil {
					break
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
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
		end := c.first + c.n
		if int(rows[0]) >= end {
			continue
		}
		if c.deltas() {
			if rows, out, err = c.delta.pick(rows, out); err != nil {
				return out, err
			}
			continue
		}
		err = c.each(func(first int, values []int64) error {
			for len(rows) > 0 && int(rows[0]) < first+len(values) {
				out = append(out, values[int(rows[0])-first])
				rows = rows[1:]
			}
			if len(rows) == 0 || int(rows[0]) >= end {
				return errEnough
			}
			return nil
		}, func(first int, r *run) error {
			words, n := c.dictionary()
			for len(rows) > 0 && int(rows[0]) < first+r.n {
				index := r.at(int(rows[0]) - first)
				if index >= n {
					return errPage
				}
				out = append(out, word(words, index))
				rows = rows[1:]
			}
			if len(rows) == 0 || int(rows[0]) >= end {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return out, err
		}
	}
	return out, nil
}

// errEnough ends the reading of a page of which no more is wanted.
var errEnough = errors.New("enough")

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
		if c.deltas() {
			if out, err = c.delta.all(out); err != nil {
				return out, err
			}
			continue
		}
		err = c.each(func(_ int, values []int64) error {
			out = append(out, values...)
			return nil
		}, func(_ int, r *run) error {
			words, n := c.dictionary()
			for i := range r.n {
				index := r.at(i)
				if index >= n {
					return errPage
				}
				out = append(out, word(words, index))
			}
			return nil
		})
		if err != nil {
			return out, err
		}
	}
}
