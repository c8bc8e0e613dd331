package upkeep

// merge is the rows of several sorted sources as one sorted sequence.
type merge struct {
	sources []source
	chunks  []*rows // of each source, what is in memory; nil when it has ended
	heap    []head  // a binary heap, the smallest first
	picks   []pick  // chosen, but not yet copied
}

// head is the next row of a source.
type head struct {
	key    key
	source int32
	row    int32
}

func newMerge(l *layout, sources []source) (*merge, error) {
	m := &merge{sources: sources}
	for i, s := range sources {
		chunk := l.newRows()
		if err := s.next(chunk); err != nil {
			return nil, err
		}
		m.chunks = append(m.chunks, chunk)
		if chunk.len() > 0 {
			m.heap = append(m.heap, head{key: chunk.key(0), source: int32(i)}) //nolint:gosec // few
		}
	}
	for i := len(m.heap)/2 - 1; i >= 0; i-- {
		m.sink(i)
	}
	return m, nil
}

// next adds the next rows to out, up to limit of them there; fewer only at the
// end.
func (m *merge) next(out *rows, limit int) error {
	for len(m.heap) > 0 && out.len()+len(m.picks) < limit {
		top := &m.heap[0]
		m.picks = append(m.picks, pick{top.source, top.row})
		top.row++
		chunk := m.chunks[top.source]
		if int(top.row) == chunk.len() {
			// The picks point into the chunk, so they are copied before it
			// is replaced.
			m.copyTo(out)
			if err := m.sources[top.source].next(chunk); err != nil {
				return err
			}
			top.row = 0
			if chunk.len() == 0 {
				last := len(m.heap) - 1
				m.heap[0] = m.heap[last]
				m.heap = m.heap[:last]
				m.sink(0)
				continue
			}
		}
		top.key = chunk.key(int(top.row))
		m.sink(0)
	}
	m.copyTo(out)
	return nil
}

func (m *merge) copyTo(out *rows) {
	out.appendPicks(m.chunks, m.picks)
	m.picks = m.picks[:0]
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
// earlier source, so that the order depends on nothing but the input.
func (h *head) before(other *head) bool {
	c := h.key.compare(&other.key)
	return c < 0 || c == 0 && h.source < other.source
}
