package upkeep

import (
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"minewatch/ingest/flow"
)

// sortColumns is the order of a compacted hour. Why it is this one stands in
// docs/decisions/0007.
var sortColumns = []string{"dst_hi", "dst_lo", "src_hi", "src_lo", "received_at"}

// layout is the schema of flow files, as sorting needs it. Texts are numbers
// of vocabularies that all rows of an hour share.
type layout struct {
	schema       *arrow.Schema
	packed       *arrow.Schema // with the numbers of texts in their place
	vocabularies []*vocabulary // by column; nil where it is none of texts
	key          []int         // columns to sort by
	receivedAt   int
}

func newLayout() *layout {
	l := &layout{schema: flow.Schema(), receivedAt: columnIndex("received_at")}
	var packed []arrow.Field
	for _, field := range l.schema.Fields() {
		var words *vocabulary
		if field.Type.ID() == arrow.DICTIONARY {
			words = newVocabulary()
			field.Type = arrow.PrimitiveTypes.Int32
		}
		packed = append(packed, field)
		l.vocabularies = append(l.vocabularies, words)
	}
	l.packed = arrow.NewSchema(packed, nil)
	for _, name := range sortColumns {
		l.key = append(l.key, columnIndex(name))
	}
	return l
}

func columnIndex(name string) int {
	return slices.IndexFunc(flow.Columns, func(c flow.Column) bool { return c.Name == name })
}

// rows is flow records in memory, by column.
type rows struct {
	layout  *layout
	columns []vector
}

func (l *layout) newRows() *rows {
	r := &rows{layout: l}
	for i, field := range l.packed.Fields() {
		r.columns = append(r.columns, newVector(field, l.vocabularies[i]))
	}
	return r
}

func newVector(field arrow.Field, words *vocabulary) vector {
	if words != nil {
		return &texts{words: words}
	}
	switch field.Type.(arrow.FixedWidthDataType).Bytes() {
	case 2:
		return &numbers[int16]{nullable: field.Nullable}
	case 4:
		return &numbers[int32]{nullable: field.Nullable}
	default:
		return &numbers[int64]{nullable: field.Nullable}
	}
}

// appendBatch adds a batch of a flow file. The file may be of an older version
// of the program, without columns that came later, but has nothing that this
// one would lose.
func (r *rows) appendBatch(batch arrow.RecordBatch) error {
	known := 0
	for i, field := range r.layout.schema.Fields() {
		at := batch.Schema().FieldIndices(field.Name)
		switch {
		case len(at) == 1:
			known++
			column := batch.Column(at[0])
			if r.layout.vocabularies[i] == nil && !arrow.TypeEqual(column.DataType(), field.Type) {
				return fmt.Errorf("column %s is a %s, want %s", field.Name, column.DataType(), field.Type)
			}
			if err := r.columns[i].appendArray(column); err != nil {
				return fmt.Errorf("column %s %w, want %s", field.Name, err, field.Type)
			}
		case len(at) == 0 && field.Nullable:
			r.columns[i].appendNulls(int(batch.NumRows()))
		default:
			return fmt.Errorf("column %s: there are %d, want one", field.Name, len(at))
		}
	}
	if more := int(batch.NumCols()) - known; more > 0 {
		return fmt.Errorf("%d columns are unknown to this version: compact with the version that wrote them", more)
	}
	return nil
}

// appendPicks adds rows of several sources.
func (r *rows) appendPicks(from []*rows, picks []pick) {
	column := make([]vector, len(from))
	for i := range r.columns {
		for j, f := range from {
			if f != nil {
				column[j] = f.columns[i]
			}
		}
		r.columns[i].appendPicks(column, picks)
	}
}

// appendPacked adds rows that record(packed) gave away.
func (r *rows) appendPacked(batch arrow.RecordBatch) error {
	for i, c := range r.columns {
		if t, ok := c.(*texts); ok {
			c = &t.numbers
		}
		if err := c.appendArray(batch.Column(i)); err != nil {
			return err
		}
	}
	return nil
}

// record is the rows as a record batch that shares their memory: it is valid
// until they change.
func (r *rows) record(schema *arrow.Schema) arrow.RecordBatch {
	arrays := make([]arrow.Array, len(r.columns))
	for i, c := range r.columns {
		t := schema.Field(i).Type
		if v, ok := c.(*texts); ok && t.ID() != arrow.DICTIONARY {
			c = &v.numbers
		}
		arrays[i] = c.array(t)
		defer arrays[i].Release()
	}
	return array.NewRecordBatch(schema, arrays, int64(r.len()))
}

func (r *rows) len() int {
	return len(r.columns[r.layout.receivedAt].(*numbers[int64]).values)
}

func (r *rows) clear() {
	for _, c := range r.columns {
		c.clear()
	}
}

// addSums adds the sum of each column to sums.
func (r *rows) addSums(sums []uint64) {
	for i, c := range r.columns {
		sums[i] += c.sum()
	}
}

// key is what a row is sorted by.
type key [5]int64

func (r *rows) key(row int) (k key) {
	for i, column := range r.layout.key {
		k[i] = r.columns[column].at(row)
	}
	return k
}

func (k *key) compare(other *key) int {
	for i := range k {
		if k[i] != other[i] {
			if k[i] < other[i] {
				return -1
			}
			return 1
		}
	}
	return 0
}
