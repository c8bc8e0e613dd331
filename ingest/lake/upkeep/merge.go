package upkeep

import (
	"errors"

	"minewatch/ingest/flow"
)

// merge is the rows of several runs as one sorted sequence.
type merge struct {
	runs   []*run
	ends   []int       // of each run, where its chunk in the window ends
	window *flow.Batch // chunks of the runs, in the order in which they were read
	spare  *flow.Batch // the next window
	heap   []head      // a binary heap, the smallest first
	picks  []int32     // rows of the window that are chosen, but not yet given
	steady flow.Steadiness
}

// head is the next row of a run.
type head struct {
	key key
	run int32
	row int // in the window
}

func newMerge(paths []string) (*merge, error) {
	m := &merge{window: flow.NewBatch(0), spare: flow.NewBatch(0), steady: make(flow.Steadiness, len(flow.Columns))}
	for i, path := range paths {
		r, err := openRun(path)
		if err != nil {
			return nil, errors.Join(err, m.close())
		}
		m.runs, m.ends = append(m.runs, r), append(m.ends, 0)
		h := head{run: int32(i)} //nolint:gosec // few
		there, err := m.read(&h)
		if err != nil {
			return nil, errors.Join(err, m.close())
		}
		if there {
			m.heap = append(m.heap, h)
		}
	}
	for i := len(m.heap)/2 - 1; i >= 0; i-- {
		m.sink(i)
	}
	return m, nil
}

// read gets the next chunk of a run into the window, for its head; false where it
// has ended.
func (m *merge) read(h *head) (bool, error) {
	h.row = m.window.Len()
	if err := m.runs[h.run].next(m.window); err != nil {
		return false, err
	}
	m.ends[h.run] = m.window.Len()
	if h.row == m.window.Len() {
		return false, nil
	}
	h.key = keyOf(m.window, h.row)
	return true, nil
}

func (m *merge) next(group *flow.Group, limit int) error {
	for kind := int64(-1); len(m.heap) > 0 && group.Len()+len(m.picks) < limit; {
		top := &m.heap[0]
		if kind < 0 {
			kind = top.key.kind()
		}
		if top.key.kind() != kind {
			break
		}
		m.picks = append(m.picks, int32(top.row)) //nolint:gosec // a batch has fewer rows
		if err := m.advance(group); err != nil {
			return err
		}
	}
	m.give(group)
	return nil
}

// advance moves the first head on, whose row is chosen.
func (m *merge) advance(group *flow.Group) error {
	top := &m.heap[0]
	if top.row++; top.row < m.ends[top.run] {
		top.key = keyOf(m.window, top.row)
		m.sink(0)
		return nil
	}
	if m.window.Len() > 2*chunkRows*len(m.runs) {
		m.give(group)
		m.tidy()
	}
	there, err := m.read(top)
	if err != nil {
		return err
	}
	if !there {
		last := len(m.heap) - 1
		m.heap[0] = m.heap[last]
		m.heap = m.heap[:last]
	}
	m.sink(0)
	return nil
}

// give adds what is chosen to the group.
func (m *merge) give(group *flow.Group) {
	group.Append(m.window, m.picks, m.steady)
	m.picks = m.picks[:0]
}

// tidy makes a window of what is left of the chunks.
func (m *merge) tidy() {
	m.spare.Truncate(0)
	for i := range m.heap {
		h := &m.heap[i]
		begin := m.spare.Len()
		m.spare.AppendRange(m.window, h.row, m.ends[h.run])
		h.row, m.ends[h.run] = begin, m.spare.Len()
	}
	m.window, m.spare = m.spare, m.window
}

func (m *merge) close() error {
	var faults []error
	for _, r := range m.runs {
		faults = append(faults, r.close())
	}
	return errors.Join(faults...)
}

// sink moves the head at i down to its place.
func (m *merge) sink(i int) {
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(m.heap); child++ {
			if m.heap[child].before(&m.heap[least]) {
				least = child
			}
		}
		if least == i {
			return
		}
		m.heap[i], m.heap[least] = m.heap[least], m.heap[i]
		i = least
	}
}

// before says which of two heads comes first; of equal ones that of the
// earlier run, so that the order depends on nothing but the input.
func (h *head) before(other *head) bool {
	c := h.key.compare(&other.key)
	return c < 0 || c == 0 && h.run < other.run
}
