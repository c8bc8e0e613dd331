package wire

import "fmt"

const (
	// maxRecords is what NetFlow routers commonly put into one datagram.
	maxRecords = 24
	// maxPayload keeps a datagram within an Ethernet frame of 1,500 bytes.
	maxPayload = 1400
	// maxWait is how long a record waits in ms for its datagram to fill.
	maxWait = 30_000
	// templateEvery is the resend interval in ms; RFC 7011 section 8.4 asks
	// for one over UDP and leaves the length to the operator.
	templateEvery = 20 * 60_000
)

// encoder writes the bytes of one format. Both methods append to b.
type encoder interface {
	// announce writes what the collector must know before the data: templates
	// and sampling options, or counters. Nothing at all is fine.
	announce(b []byte, at int64, t *Tally) []byte
	data(b []byte, at int64, recs []Record, t *Tally) []byte
	// size is the most bytes that one record takes; limit how many records fit
	// by the format's habit; wait how long in ms a record may be held.
	size(r *Record) int
	limit() int
	wait() int64
}

// Exporter packs the records of one router into datagrams.
type Exporter struct {
	enc         encoder
	send        func(Datagram) error
	pending     []Record
	bytes       int
	buf         []byte
	announced   bool
	announcedAt int64
}

// NewExporter returns an exporter that hands every datagram to send.
func NewExporter(s Spec, send func(Datagram) error) (*Exporter, error) {
	e := &Exporter{send: send}
	switch s.Format {
	case NetFlow5:
		e.enc = &netflow5{spec: s}
	case NetFlow9, IPFIX:
		e.enc = newTemplated(s)
	case SFlow:
		e.enc = &sflow{spec: s}
	default:
		return nil, fmt.Errorf("exporter %s: format %q is unknown", s.Name, s.Format)
	}
	return e, nil
}

// Write takes the next record. Records must come in the order of Export.
func (e *Exporter) Write(r *Record) error {
	if len(e.pending) > 0 {
		deadline := e.pending[0].Export + e.enc.wait()
		full := len(e.pending) == e.enc.limit() || e.bytes+e.enc.size(r) > maxPayload
		switch {
		case r.Export > deadline:
			if err := e.flush(deadline); err != nil {
				return err
			}
		case full:
			if err := e.Flush(); err != nil {
				return err
			}
		}
	}
	e.pending = append(e.pending, *r)
	e.bytes += e.enc.size(r)
	return nil
}

// Flush sends what waits.
func (e *Exporter) Flush() error {
	if len(e.pending) == 0 {
		return nil
	}
	return e.flush(e.pending[len(e.pending)-1].Export)
}

// Announce makes the next datagram be preceded by templates and options, as
// the first one is: a capture file must be readable on its own.
func (e *Exporter) Announce() { e.announced = false }

func (e *Exporter) flush(at int64) error {
	if !e.announced || at-e.announcedAt >= templateEvery {
		t := Tally{}
		e.buf = e.enc.announce(e.buf[:0], at, &t)
		if err := e.emit(at, &t); err != nil {
			return err
		}
		e.announced, e.announcedAt = true, at
	}
	t := Tally{Records: int64(len(e.pending))}
	e.buf = e.enc.data(e.buf[:0], at, e.pending, &t)
	e.pending, e.bytes = e.pending[:0], 0
	return e.emit(at, &t)
}

func (e *Exporter) emit(at int64, t *Tally) error {
	if len(e.buf) == 0 {
		return nil
	}
	t.Datagrams, t.Bytes = 1, int64(len(e.buf))
	return e.send(Datagram{At: at, Payload: e.buf, Tally: *t})
}
