package flowscan

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
