package account

import (
	"net/netip"
	"time"

	"minewatch/ingest/decode"
)

// Bounds of a page. No network has as many exporters; what goes beyond is laid
// to Others, so that forged senders cannot make the books grow.
const (
	maxExporters   = 4096
	maxPageStreams = 16384
)

// Page is what one goroutine takes in until it is posted to a Book. It is not
// safe for concurrent use, and after it was posted it is blank and can be used
// again.
type Page struct {
	entries map[Key]*Entry
	key     Key    // of open
	open    *Entry // the account that was last asked for

	streams   []decode.Stream // that sightings refer to
	index     map[decode.Stream]int32
	sightings []sighting
}

// sighting is decode.Sighting in a form of which a second's worth can wait.
type sighting struct {
	at       int64 // of arrival, µs since 1970
	hour     int64
	stream   int32 // in Page.streams; in a Book that of streams.trackers
	sequence uint32
	records  uint32
	uptime   uint32
	whole    bool
	timed    bool // uptime is said
}

// NewPage returns a blank page.
func NewPage() *Page {
	return &Page{entries: map[Key]*Entry{}, index: map[decode.Stream]int32{}}
}

// Entry returns the exporter's account for flows that are stored under the
// time at; it is valid until the page is posted.
func (p *Page) Entry(exporter netip.Addr, at time.Time) *Entry {
	key := Key{Hour: HourOf(at), Exporter: exporter}
	if p.open != nil && key == p.key {
		return p.open
	}
	e := p.entries[key]
	if e == nil {
		if len(p.entries) >= maxExporters {
			key.Exporter = Others
		}
		if e = p.entries[key]; e == nil {
			e = &Entry{}
			p.entries[key] = e
		}
	}
	p.key, p.open = key, e
	return e
}

// Logged enters a record of a text log, which came without a datagram.
func (p *Page) Logged(exporter netip.Addr, at int64, samplingUnknown bool) {
	e := p.Entry(exporter, time.UnixMicro(at))
	e.Records++
	if samplingUnknown {
		e.SamplingUnknown++
	}
	e.arrived(at)
}

// Arrived notes a decoded datagram in the account that was last asked for: the
// time that its flows are stored under, its own time of arrival, and where it
// stands in its exporter's numbering. Without a true time of arrival nothing
// is said of the exporter's clock.
func (p *Page) Arrived(stored, arrival time.Time, s *decode.Sighting) {
	p.open.arrived(stored.UnixMicro())
	at := stored.UnixMicro()
	if !arrival.IsZero() {
		at = arrival.UnixMicro()
		if !s.Sent.IsZero() {
			p.open.Clock.note(s.Sent.Sub(arrival))
		}
	}
	stream, ok := p.stream(s.Stream)
	if !ok {
		return
	}
	p.sightings = append(p.sightings, sighting{
		at: at, hour: p.key.Hour, stream: stream,
		sequence: s.Sequence, records: s.Records, uptime: s.Uptime, whole: s.Whole, timed: s.HasUptime,
	})
}

func (p *Page) stream(s decode.Stream) (int32, bool) {
	if n := len(p.sightings); n > 0 && p.streams[p.sightings[n-1].stream] == s {
		return p.sightings[n-1].stream, true
	}
	i, ok := p.index[s]
	if !ok && len(p.streams) < maxPageStreams {
		i, ok = int32(len(p.streams)), true
		p.streams = append(p.streams, s)
		p.index[s] = i
	}
	return i, ok
}

// clear makes the page blank.
func (p *Page) clear() {
	clear(p.entries)
	clear(p.index)
	p.key, p.open = Key{}, nil
	p.streams, p.sightings = p.streams[:0], p.sightings[:0]
}
