package replay

import (
	"errors"
	"io"

	"minewatch/cmd/flowgen/internal/capture"
)

// merge reads several captures as one, in the order of time.
type merge struct {
	readers []*capture.Reader
	heads   []capture.Datagram
	last    int // whose head was given out, -1 at first
}

func newMerge(captures []io.Reader) (*merge, error) {
	m := &merge{last: -1}
	for _, c := range captures {
		r, err := capture.NewReader(c)
		if err != nil {
			return nil, err
		}
		m.readers = append(m.readers, r)
		m.heads = append(m.heads, capture.Datagram{})
		if err := m.advance(len(m.readers) - 1); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// advance reads a capture's next head; at its end the head is empty.
func (m *merge) advance(i int) error {
	d, err := m.readers[i].Next()
	if errors.Is(err, io.EOF) {
		m.heads[i] = capture.Datagram{}
		return nil
	}
	m.heads[i] = d
	return err
}

// next returns the earliest datagram, valid until the next call, or io.EOF.
func (m *merge) next() (capture.Datagram, error) {
	if m.last >= 0 {
		if err := m.advance(m.last); err != nil {
			return capture.Datagram{}, err
		}
	}
	m.last = -1
	for i, d := range m.heads {
		if d.Payload != nil && (m.last < 0 || d.At < m.heads[m.last].At) {
			m.last = i
		}
	}
	if m.last < 0 {
		return capture.Datagram{}, io.EOF
	}
	return m.heads[m.last], nil
}
