package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrMalformed says that a datagram is not one that this package writes.
var ErrMalformed = errors.New("not a flow export as flowgen writes them")

// Meter counts what the datagrams of one exporter hold. It learns templates as
// it goes, so give it the datagrams in order.
type Meter struct {
	lengths map[uint16]int  // record length by template ID
	options map[uint16]bool // the template is one of options
}

// NewMeter returns a meter that knows no template yet.
func NewMeter() *Meter {
	return &Meter{lengths: map[uint16]int{}, options: map[uint16]bool{}}
}

// Count returns the content of one datagram. A data set without a template is
// an error, because its records cannot be counted.
func (m *Meter) Count(payload []byte) (Tally, error) {
	t := Tally{Datagrams: 1, Bytes: int64(len(payload))}
	if len(payload) < 16 {
		return t, fmt.Errorf("%w: %d bytes", ErrMalformed, len(payload))
	}
	be := binary.BigEndian
	switch {
	case be.Uint16(payload) == 5:
		t.Records = int64(be.Uint16(payload[2:]))
		if len(payload) != 24+48*int(t.Records) {
			return t, fmt.Errorf("%w: %d NetFlow v5 records in %d bytes", ErrMalformed, t.Records, len(payload))
		}
		return t, nil
	case be.Uint16(payload) == 9 && len(payload) >= 20:
		return t, m.sets(payload[20:], NetFlow9, &t)
	case be.Uint16(payload) == 10:
		return t, m.sets(payload[16:], IPFIX, &t)
	case be.Uint32(payload) == 5 && len(payload) >= 28:
		return t, samples(payload[28:], &t)
	}
	return t, fmt.Errorf("%w: version %d", ErrMalformed, be.Uint16(payload))
}

func (m *Meter) sets(b []byte, f Format, t *Tally) error {
	for len(b) >= 4 {
		id, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if n < 4 || n > len(b) {
			return fmt.Errorf("%w: set %d of %d bytes, %d left", ErrMalformed, id, n, len(b))
		}
		body := b[4:n]
		b = b[n:]
		switch {
		case id == 0 && f == NetFlow9, id == 2 && f == IPFIX:
			m.learn(body, f, false, t)
		case id == 1 && f == NetFlow9, id == 3 && f == IPFIX:
			m.learn(body, f, true, t)
		case m.lengths[id] == 0:
			return fmt.Errorf("%w: set %d comes before its template", ErrMalformed, id)
		case m.options[id]:
			t.OptionsRecords += int64(len(body) / m.lengths[id])
		default:
			t.Records += int64(len(body) / m.lengths[id])
		}
	}
	return nil
}

// learn reads the template records of a set.
func (m *Meter) learn(b []byte, f Format, options bool, t *Tally) {
	be := binary.BigEndian
	header := 4
	if options {
		header = 6 // one word more: what of the fields is scope
	}
	for len(b) >= header+4 {
		id, fields := be.Uint16(b), int(be.Uint16(b[2:]))
		if options && f == NetFlow9 {
			fields = (fields + int(be.Uint16(b[4:]))) / 4 // two lengths in bytes
		}
		if id < 256 || len(b) < header+4*fields {
			return // padding
		}
		size := 0
		for i := range fields {
			size += int(be.Uint16(b[header+4*i+2:]))
		}
		m.lengths[id], m.options[id] = size, options
		t.Templates++
		b = b[header+4*fields:]
	}
}

func samples(b []byte, t *Tally) error {
	for len(b) >= 8 {
		kind, n := binary.BigEndian.Uint32(b), uint64(binary.BigEndian.Uint32(b[4:]))
		if n > uint64(len(b)-8) {
			return fmt.Errorf("%w: sample of %d bytes, %d left", ErrMalformed, n, len(b)-8)
		}
		switch kind {
		case sflowFlowSample:
			t.Records++
		case sflowCounterSample:
			t.CounterSamples++
		}
		b = b[8+n:]
	}
	return nil
}
