package account

import (
	"log/slog"
	"math"
	"net/netip"
	"slices"
	"time"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
)

const (
	maxStreams = 1 << 16 // numberings that are followed; each costs at most 4 KB
	// settling is how long a datagram's number waits for those that arrived
	// before it: several goroutines post, each in its own time.
	settling = int64(time.Second / time.Microsecond)
	// maxWaiting bounds the numbers that wait, at 48 bytes each.
	maxWaiting = 1 << 17
	silence    = int64(time.Hour / time.Microsecond) // after which a numbering may be forgotten
)

// streams follows all numberings.
type streams struct {
	log      *slog.Logger
	found    found
	index    map[decode.Stream]*followed
	waiting  []arrivedNumber
	begun    bool
	advanced int64 // time of arrival up to which the numbers were looked at
	newest   int64 // time of arrival of the newest
	clock    int64 // as of the last Tick; 0: none
	full     bool  // there were too many, and it was said
	cleared  int64 // time of arrival when it was last tried to forget some
}

// followed is a numbering and whose it is.
type followed struct {
	tracker
	exporter netip.Addr
	format   flow.Format
	note     note
	seen     int64 // time of the last arrival
}

type arrivedNumber struct {
	sighting
	stream *followed
}

// found is called with what a numbering showed, and whose account it is.
type found func(Key, Sequence)

// post takes the numbers of a page and looks at those that nothing is likely
// to precede any more.
func (n *streams) post(p *Page) {
	if len(p.sightings) == 0 {
		return
	}
	known := make([]*followed, len(p.streams))
	for i := range p.streams {
		known[i] = n.follow(&p.streams[i])
	}
	for i := range p.sightings {
		if stream := known[p.sightings[i].stream]; stream != nil {
			n.waiting = append(n.waiting, arrivedNumber{p.sightings[i], stream})
		}
	}
	n.newest = p.sightings[len(p.sightings)-1].at
	if !n.begun {
		n.begun, n.advanced = true, n.newest
	}
	// A clock that stepped back must not stop us: it is the distance that counts.
	if distance := n.newest - n.advanced; distance >= settling || distance <= -settling || len(n.waiting) > maxWaiting {
		n.advance(n.newest - settling)
	}
}

// advance looks at the numbers that had arrived by then, in the order of their
// arrival. Those that are well ahead of the newest are from before our clock
// was set back.
func (n *streams) advance(until int64) {
	slices.SortStableFunc(n.waiting, func(a, b arrivedNumber) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		default:
			return 0
		}
	})
	early := n.newest + settling
	kept := n.waiting[:0]
	for i := range n.waiting {
		if w := &n.waiting[i]; w.at > until && w.at <= early {
			kept = append(kept, *w)
		} else {
			n.see(w)
		}
	}
	clear(n.waiting[len(kept):])
	n.waiting, n.advanced = kept, n.newest
}

func (n *streams) see(w *arrivedNumber) {
	f := w.stream
	f.seen = w.at
	if f.see(&w.sighting, f.note) {
		n.log.Warn("exporter numbers its datagrams otherwise than its protocol says; followed in its own way",
			slog.String("exporter", f.exporter.String()), slog.String("format", string(f.format)),
			slog.Bool("counts_records", f.rule.ofRecords()))
	}
}

// settle looks at all numbers, and counts those as missed that cannot be
// expected any more; all that are missing, when it is the end.
func (n *streams) settle(end bool) {
	n.advance(math.MaxInt64)
	for _, f := range n.index {
		switch {
		case end:
			f.end(f.note)
		case f.otherwise == 0:
			f.settle(max(n.newest, n.clock)-lateLimit, f.note)
		}
	}
}

// follow returns the numbering, nil where there are too many of them.
func (n *streams) follow(s *decode.Stream) *followed {
	if f := n.index[*s]; f != nil {
		return f
	}
	if len(n.index) >= maxStreams && !n.forget() {
		return nil
	}
	f := &followed{exporter: s.From.Addr(), format: s.Format, seen: n.newest}
	f.note = func(hour int64, s Sequence) { n.found(Key{Hour: hour, Exporter: f.exporter}, s) }
	f.rule, _ = ruleOf(s.Format)
	n.index[*s] = f
	return f
}

// forget drops the numberings that have long been silent, and says whether
// there is room again. It looks at all of them, so not at every stranger's word.
func (n *streams) forget() bool {
	if n.full && n.newest-n.cleared < silence/60 {
		return false
	}
	n.cleared = n.newest
	for s, f := range n.index {
		if n.newest-f.seen > silence && len(f.holes) == 0 {
			delete(n.index, s)
		}
	}
	if len(n.index) < maxStreams {
		n.full = false
		return true
	}
	if !n.full {
		n.full = true
		n.log.Warn("too many numberings; those of further exporters are not followed", slog.Int("followed", maxStreams))
	}
	return false
}
