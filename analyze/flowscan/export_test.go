package flowscan

import (
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
)

// DeltaPage is a page of deltas without anything around it.
type DeltaPage struct {
	Bytes  []byte
	First  int // row
	Values int
	Narrow bool
}

func (p *DeltaPage) begin() (*delta, error) {
	d := &delta{}
	return d, d.begin(p.Bytes, p.First, p.Values, p.Narrow)
}

// All are its values.
func (p *DeltaPage) All() ([]int64, error) {
	d, err := p.begin()
	if err != nil {
		return nil, err
	}
	return d.all(nil)
}

// Pick are the values of some of its rows, and the rows that it has not.
func (p *DeltaPage) Pick(rows []int32) ([]int64, []int32, error) {
	d, err := p.begin()
	if err != nil {
		return nil, rows, err
	}
	rows, values, err := d.pick(rows, nil)
	return values, rows, err
}

// Mark are the rows, and values, that may be the lower halves of who is wanted.
func (p *DeltaPage) Mark(w *Wanted) ([]int32, []int64, error) {
	d, err := p.begin()
	if err != nil {
		return nil, nil, err
	}
	var m marks
	err = d.mark(&w.lower, &m)
	return m.rows, m.values, err
}

// May says what Mark should say of one value.
func (w *Wanted) May(lower int64) bool { return w.lower.passes(lower) }

// HasVectors says whether the processor has those of the kernel.
func HasVectors() bool { return vectors != nil }

// WithoutVectors does it as processors without them do.
func WithoutVectors(do func()) {
	defer func(v kernel) { vectors = v }(vectors)
	vectors = nil
	do()
}

// Footer is what is read of one.
type Footer struct {
	Names  map[string]int
	Leaves []Leaf
	Groups []Group
}

// Leaf is a column of a schema.
type Leaf struct {
	Kind                     parquet.Type
	Null, Repeated, Unsigned bool
	Unit                     int64
}

// Group is a row group.
type Group struct {
	Rows   int64
	Stored []Stored
}

// Stored is a column of it.
type Stored struct {
	Codec                            compress.Compression
	Begin, Dictionary, Length, Bloom int64
	Limited                          bool
	Least, Most                      int64
}

// ReadFooter reads that of a file.
func ReadFooter(path string) (Footer, error) {
	f, size, err := open(path)
	if err != nil {
		return Footer{}, err
	}
	defer f.Close()
	foot, err := readFooter(f, size)
	if err != nil {
		return Footer{}, err
	}
	out := Footer{Names: foot.names}
	for _, l := range foot.leaves {
		out.Leaves = append(out.Leaves, Leaf{l.kind, l.null, l.repeated, l.unsigned, l.unit})
	}
	for i, g := range foot.groups {
		group := Group{Rows: g.rows}
		for k, s := range g.stored {
			stored := Stored{Codec: s.codec, Begin: s.begin, Dictionary: s.dictionary, Length: s.length, Bloom: s.bloom}
			if least, most, ok := foot.limits(i, k); ok {
				stored.Limited, stored.Least, stored.Most = true, least, most
			}
			group.Stored = append(group.Stored, stored)
		}
		out.Groups = append(out.Groups, group)
	}
	return out, nil
}

// ParseFooter parses one without anything around it.
func ParseFooter(b []byte) error {
	_, err := parseFooter(b)
	return err
}
