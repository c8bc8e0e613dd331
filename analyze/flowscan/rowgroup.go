package flowscan

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
)

// rowGroup is one of a flow file.
type rowGroup struct {
	*footer
	file   *os.File
	size   int64
	number int
	rows   int
	*buffers
}

// buffers are memory that is used again for every column. One column is read
// at a time.
type buffers struct {
	raw, unpacked []byte
	delta         delta
	wide          []int64
}

// column opens one. Where statistics tell that all its values are the same, it
// is not read.
func (g *rowGroup) column(name string) (*chunk, error) {
	i, err := g.index(name)
	if err != nil {
		return nil, err
	}
	l := &g.leaves[i]
	c := &chunk{kind: l.kind, null: l.null, rows: g.rows, buffers: g.buffers}
	if l.repeated || !slices.Contains([]parquet.Type{parquet.Types.Int32, parquet.Types.Int64, parquet.Types.ByteArray}, c.kind) {
		return nil, fmt.Errorf("column %s is of type %v, not one of the lake", name, c.kind)
	}
	if least, most, ok := g.limits(g.number, i); ok && least == most {
		c.same, c.value = true, least
		return c, nil
	}
	if c.pages, err = g.pages(i); err != nil {
		return nil, fmt.Errorf("column %s: %w", name, err)
	}
	return c, nil
}

// pages reads the bytes of a column.
func (g *rowGroup) pages(i int) (pages, error) {
	s := &g.groups[g.number].stored[i]
	begin, length := s.begin, s.length
	if s.dictionary > 0 && s.dictionary < begin {
		begin = s.dictionary
	}
	if begin < 0 || length < 0 || begin > g.size || length > g.size-begin {
		return pages{}, errPage
	}
	if int64(cap(g.raw)) < length {
		g.raw = make([]byte, length+length/4)
	}
	p := pages{src: g.raw[:length], buf: &g.unpacked}
	if _, err := g.file.ReadAt(p.src, begin); err != nil {
		return p, err
	}
	var err error
	if s.codec != compress.Codecs.Uncompressed {
		p.codec, err = compress.GetCodec(s.codec)
	}
	return p, err
}

// index is where a column is in the schema.
func (g *rowGroup) index(name string) (int, error) {
	i, ok := g.names[name]
	if !ok {
		return 0, fmt.Errorf("it has no column %s: it is not a flow file of the lake", name)
	}
	if i >= len(g.groups[g.number].stored) {
		return 0, fmt.Errorf("%w: row group %d has no column %s", errPage, g.number, name)
	}
	return i, nil
}

// times are the limits of a column of times, in µs.
func (g *rowGroup) times(name string) (least, most int64, ok bool, err error) {
	i, err := g.index(name)
	if err != nil {
		return 0, 0, false, err
	}
	unit, err := g.unit(i, name)
	least, most, ok = g.limits(g.number, i)
	return least * unit, most * unit, ok, err
}

// unit is how many µs a number of a column of times stands for.
func (g *rowGroup) unit(i int, name string) (int64, error) {
	if unit := g.leaves[i].unit; unit > 0 {
		return unit, nil
	}
	return 0, fmt.Errorf("column %s is not a time in ms or µs", name)
}

// inMillis makes times of a column ms.
func (g *rowGroup) inMillis(name string, times []int64) error {
	unit, err := g.unit(g.names[name], name)
	for i := range times {
		times[i] = times[i] * unit / 1000
	}
	return err
}

// values reads a whole column into memory that is used again.
func (g *rowGroup) values(name string, memory *[]int64) (*chunk, []int64, error) {
	c, err := g.column(name)
	if err != nil {
		return nil, nil, err
	}
	if *memory, err = c.all((*memory)[:0]); err != nil {
		return nil, nil, fmt.Errorf("column %s: %w", name, err)
	}
	return c, *memory, nil
}

// look finds the rows of a row group that have a wanted address, and hands on
// what they are.
func (w *worker) look(g *rowGroup) error {
	skip, err := w.notOfDay(g)
	if err != nil || skip || w.Wanted.empty() {
		return err
	}
	if err := errors.Join(w.side(g, "dst", &w.up), w.side(g, "src", &w.down)); err != nil {
		return err
	}
	if len(w.up.rows)+len(w.down.rows) == 0 {
		return nil
	}
	return w.found.add(g, &w.up, &w.down)
}

// notOfDay says whether none of the flows was under way in the day, which the
// statistics tell of the hours before and after it.
func (w *worker) notOfDay(g *rowGroup) (bool, error) {
	firstStart, lastStart, known, err := g.times("started_at")
	if err != nil || !known {
		return false, err
	}
	_, lastEnd, known, err := g.times("ended_at")
	if err != nil || !known {
		return false, err
	}
	return firstStart >= w.End.UnixMicro() || max(lastStart, lastEnd) < w.Start.UnixMicro(), nil
}

// side finds the rows whose address on one side is wanted, and its lower half.
func (w *worker) side(g *rowGroup, side string, to *marks) error {
	to.reset()
	if absent, err := w.absent(g, side+"_lo"); err != nil {
		return err
	} else if !absent {
		if err := mark(g, side+"_lo", &w.Wanted.lower, to); err != nil {
			return err
		}
	}
	if len(w.Wanted.ranges) == 0 {
		// Most of what a sieve holds wrongly goes before the upper halves are read.
		to.keep(func(i int) bool { _, ok := w.Wanted.halves[to.values[i]]; return ok })
	}
	if err := w.addUpper(g, side, to); err != nil || len(to.rows) == 0 {
		return err
	}
	var err error
	if w.upper, err = pick(g, side+"_hi", to.rows, w.upper[:0]); err != nil {
		return err
	}
	to.keep(func(i int) bool { return w.Wanted.has(Address{w.upper[i], to.values[i]}) })
	return nil
}

// addUpper adds the rows that the upper half of their address marks.
func (w *worker) addUpper(g *rowGroup, side string, to *marks) error {
	if w.Wanted.upper.block == nil {
		return nil
	}
	w.more.reset()
	if err := mark(g, side+"_hi", &w.Wanted.upper, &w.more); err != nil || len(w.more.rows) == 0 {
		return err
	}
	to.rows = union(to.rows, w.more.rows)
	var err error
	to.values, err = pick(g, side+"_lo", to.rows, to.values[:0])
	return err
}

func mark(g *rowGroup, name string, f *filter, to *marks) error {
	if f.single == nil && f.block == nil {
		return nil
	}
	c, err := g.column(name)
	if err != nil {
		return err
	}
	if err := c.mark(f, to); err != nil {
		return fmt.Errorf("column %s: %w", name, err)
	}
	return nil
}

func pick(g *rowGroup, name string, rows []int32, out []int64) ([]int64, error) {
	c, err := g.column(name)
	if err != nil {
		return out, err
	}
	if out, err = c.pick(rows, out); err != nil {
		return out, fmt.Errorf("column %s: %w", name, err)
	}
	return out, nil
}

// union is the rows of both, each in order, once.
func union(a, b []int32) []int32 {
	if len(b) == 0 {
		return a
	}
	a = append(a, b...)
	slices.Sort(a)
	return slices.Compact(a)
}

// few is how many addresses are asked of the Bloom filters of a row group: each
// filter is a tenth to a sixth of its column.
const few = 16

// absent says whether the statistics of a column of lower halves tell that none of them is
// wanted, as in most row groups of flows of one direction those of the hosts'
// side do, or its Bloom filter, where few are wanted.
func (w *worker) absent(g *rowGroup, name string) (bool, error) {
	i, err := g.index(name)
	if err != nil {
		return false, err
	}
	if least, most, ok := g.limits(g.number, i); ok && !w.Wanted.between(least, most) {
		return true, nil
	}
	if len(w.Wanted.ranges) > 0 || len(w.Wanted.singles) > few {
		return false, nil
	}
	filter, err := g.bloom(i)
	if err != nil || filter == nil {
		return false, err
	}
	return !w.Wanted.someHalf(filter.holds), nil
}
