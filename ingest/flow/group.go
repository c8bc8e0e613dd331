package flow

import "slices"

// Values is one column of a Group, as it is stored.
type Values struct {
	// The values of all rows, or of one if they are Steady, in the slice of their
	// type. Null rows have any value.
	Int16 []int16
	Int32 []int32
	Int64 []int64
	// Texts, where the column is one of texts, is what Int32 are indices of.
	Texts []string
	// IsText is set where it is one, also of no row.
	IsText bool

	Steady bool // all rows are the same
	// Valid says which rows are not null; nil: all of them. Of Steady values it
	// has one element.
	Valid []bool
}

// Group is flow records that are gathered for a row group of a file: like a Batch,
// but a column costs nothing as long as it has one value, which about half of
// them have, for they are about the exporter, or are what it never sends.
type Group struct {
	rows    int
	columns []gathered // those of a Batch, in its order
	hasNAT  gatheredNumbers[bool]
	valid   []bool
}

// gathered is a column of a Group, whatever its type.
type gathered interface {
	// gather adds values of the column from of a batch, which are all the same if
	// it is steady, to the n that are there.
	gather(n int, from series, rows []int32, steady bool)
	// tail adds those from row begin to end to a column of a batch.
	tail(to series, begin, end int)
	reset()
	values(g *Group) Values
}

// NewGroup returns an empty group.
func NewGroup() *Group {
	g := new(Group)
	b := NewBatch(0)
	for _, s := range b.stored {
		g.columns = append(g.columns, s.gathered())
	}
	return g
}

// Len is how many records the group has.
func (g *Group) Len() int { return g.rows }

// Reset empties the group. The memory stays.
func (g *Group) Reset() {
	g.rows = 0
	for _, c := range g.columns {
		c.reset()
	}
	g.hasNAT.reset()
}

// Steadiness is which columns of records in a batch have one value in all of
// them.
type Steadiness []bool

// Append adds the records of b at those indices. Steady is that of b between them.
func (g *Group) Append(b *Batch, rows []int32, steady Steadiness) {
	if len(rows) == 0 {
		return
	}
	for i, c := range g.columns {
		c.gather(g.rows, b.stored[i], rows, steady[i])
	}
	g.hasNAT.gather(g.rows, numbers[bool]{&b.HasNATSrc}, rows, false)
	g.rows += len(rows)
}

// Tail adds the records from begin to end to b.
func (g *Group) Tail(b *Batch, begin, end int) {
	for i, c := range g.columns {
		c.tail(b.stored[i], begin, end)
	}
	g.hasNAT.tail(numbers[bool]{&b.HasNATSrc}, begin, end)
}

// AppendBatch adds all records of b.
func (g *Group) AppendBatch(b *Batch) {
	rows := make([]int32, b.Len())
	for i := range rows {
		rows[i] = int32(i) //nolint:gosec // a batch has fewer rows
	}
	g.Append(b, rows, b.Steady(nil, 0, b.Len()))
}

// Exporters counts the records by exporter.
func (g *Group) Exporters() map[string]int64 {
	v := g.columns[exporterColumn].values(g)
	counts := map[string]int64{}
	if v.Steady && g.rows > 0 {
		counts[v.Texts[v.Int32[0]]] = int64(g.rows)
		return counts
	}
	each := make([]int64, len(v.Texts))
	for _, code := range v.Int32 {
		each[code]++
	}
	for i, n := range each {
		if n > 0 {
			counts[v.Texts[i]] = n
		}
	}
	return counts
}

var exporterColumn = slices.IndexFunc(Columns, func(c Column) bool { return c.Name == "exporter" })

// Values is the i-th of Columns, valid until the group is changed, or this is
// called again.
func (g *Group) Values(i int) Values { return g.columns[i].values(g) }

// Steady finds which columns of the records from begin to end have one value.
func (b *Batch) Steady(steady Steadiness, begin, end int) Steadiness {
	steady = steady[:0]
	for _, s := range b.stored {
		steady = append(steady, s.steady(begin, end))
	}
	return steady
}

// gatheredNumbers is a column of numbers.
type gatheredNumbers[T value] struct {
	all  []T
	same bool // all has the one value of all rows
}

func (c *gatheredNumbers[T]) gather(n int, from series, rows []int32, steady bool) {
	picked := *(from.(sliced[T]).slice())
	first := picked[rows[0]]
	if (steady || (n == 0 || c.same) && allAre(picked, rows, first)) && c.stays(n, first) {
		return
	}
	to := c.room(n, len(rows))
	for i, row := range rows {
		to[i] = picked[row]
	}
}

func allAre[T comparable](values []T, rows []int32, v T) bool {
	for _, row := range rows {
		if values[row] != v {
			return false
		}
	}
	return true
}

// stays says whether the column has one value also with more rows of v, behind n.
func (c *gatheredNumbers[T]) stays(n int, v T) bool {
	if n == 0 {
		c.all, c.same = append(c.all[:0], v), true
	}
	return c.same && c.all[0] == v
}

// room is where k more values go, behind n.
func (c *gatheredNumbers[T]) room(n, k int) []T {
	switch {
	case n == 0:
		c.all, c.same = c.all[:0], false
	case c.same:
		v := c.all[0]
		c.all, c.same = grown(c.all[:0], n+k)[:n], false
		for i := range c.all {
			c.all[i] = v
		}
	}
	c.all = grown(c.all, n+k)[:n+k]
	return c.all[n:]
}

// grown is values with room for n, doubled where there is none: a group soon has
// tens of thousands.
func grown[T any](values []T, n int) []T {
	if n <= cap(values) {
		return values
	}
	return append(make([]T, 0, max(n, 2*cap(values), 1<<10)), values...)
}

func (c *gatheredNumbers[T]) tail(to series, begin, end int) {
	values := to.(sliced[T]).slice()
	if c.same {
		*values = append(*values, slices.Repeat(c.all[:1], end-begin)...)
		return
	}
	*values = append(*values, c.all[begin:end]...)
}

func (c *gatheredNumbers[T]) reset() { c.all, c.same = c.all[:0], false }

func (c *gatheredNumbers[T]) values(*Group) Values {
	v := Values{Steady: c.same}
	switch all := any(c.all).(type) {
	case []int16:
		v.Int16 = all
	case []int32:
		v.Int32 = all
	case []int64:
		v.Int64 = all
	}
	return v
}

// gatheredOptional is one in which Null marks a null.
type gatheredOptional[T int16 | int32] struct{ gatheredNumbers[T] }

func (c *gatheredOptional[T]) values(g *Group) Values {
	v := c.gatheredNumbers.values(g)
	if c.same {
		if c.all[0] == Null {
			v.Valid = []bool{false}
		}
		return v
	}
	g.valid = slices.Grow(g.valid[:0], len(c.all))[:len(c.all)]
	for i, value := range c.all {
		g.valid[i] = value != Null
	}
	v.Valid = g.valid
	return v
}

// gatheredKnown is one that has nulls where no NAT source was exported.
type gatheredKnown[T value] struct{ gatheredNumbers[T] }

func (c *gatheredKnown[T]) values(g *Group) Values {
	v := c.gatheredNumbers.values(g)
	switch has := &g.hasNAT; {
	case has.same && has.all[0]: // all of them
	case has.same:
		v.Valid = []bool{false}
		v.Steady, v.Int64 = true, v.Int64[:1]
	case v.Steady: // but for where it is null
		v.Steady, v.Int64 = false, slices.Repeat(v.Int64[:1], g.rows)
		v.Valid = has.all
	default:
		v.Valid = has.all
	}
	return v
}

// gatheredTexts is a column of texts.
type gatheredTexts struct {
	gatheredNumbers[int32]
	words Texts
}

func (c *gatheredTexts) gather(n int, from series, rows []int32, steady bool) {
	o := from.(texts)
	known := o.Codes[rows[0]]
	own := c.words.Code(o.values[known])
	if steady && c.stays(n, own) {
		return
	}
	to := c.room(n, len(rows))
	for i, row := range rows {
		if code := o.Codes[row]; code != known {
			known, own = code, c.words.Code(o.values[code])
		}
		to[i] = own
	}
}

func (c *gatheredTexts) tail(to series, begin, end int) {
	for i := begin; i < end; i++ {
		code := c.all[0]
		if !c.same {
			code = c.all[i]
		}
		to.(texts).Append(c.words.values[code])
	}
}

func (c *gatheredTexts) reset() {
	c.gatheredNumbers.reset()
	c.words.forget()
}

func (c *gatheredTexts) values(g *Group) Values {
	v := c.gatheredNumbers.values(g)
	v.Texts, v.IsText = c.words.values, true
	return v
}
