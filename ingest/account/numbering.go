package account

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
)

// Numbering is where an exporter's numbering stood, as it outlives the process:
// without it, what was sent while nobody listened would be missed unnoticed.
type Numbering struct {
	Format flow.Format    `json:"format"`
	From   netip.AddrPort `json:"from"`
	Agent  netip.Addr     `json:"agent,omitzero"` // sFlow only
	Domain uint32         `json:"domain"`

	Counts string `json:"counts"` // datagrams, records or, where the last record is numbered, through
	Next   uint32 `json:"next"`   // number that the next datagram should have

	// The datagram that was last in its place.
	At       int64   `json:"at"` // of arrival, µs since 1970
	Sequence uint32  `json:"sequence"`
	Records  uint32  `json:"records"`
	Whole    bool    `json:"whole"`
	Uptime   *uint32 `json:"uptime,omitempty"` // ms modulo 2^32
}

// Stream is whose numbering it is.
func (n *Numbering) Stream() decode.Stream {
	return decode.Stream{Format: n.Format, From: n.From, Agent: n.Agent, Domain: n.Domain}
}

// Numberings returns where every numbering stood at the end that was heard of
// since that time, in an order that depends on nothing else. Before Close there
// are none: they would be older than what is stored of their exporters.
func (b *Book) Numberings(since time.Time) []Numbering {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		return nil
	}
	var all []Numbering
	for stream, f := range b.streams.index {
		if f.begun && f.last.at >= since.UnixMicro() {
			all = append(all, f.numbering(stream))
		}
	}
	slices.SortFunc(all, func(a, b Numbering) int {
		return cmp.Or(cmp.Compare(a.At, b.At), a.From.Compare(b.From), cmp.Compare(a.Format, b.Format),
			a.Agent.Compare(b.Agent), cmp.Compare(a.Domain, b.Domain))
	})
	return all
}

// Resume has numberings go on from where they stood, before anything is posted.
// The next datagram of each is compared with them, and what is missing is laid
// to its hour. What cannot be is left out, and is in the error.
func (b *Book) Resume(numberings []Numbering) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	var faults []error
	for i := range numberings {
		if err := b.streams.resume(&numberings[i]); err != nil {
			faults = append(faults, fmt.Errorf("numbering of %s, domain %d: %w", numberings[i].From, numberings[i].Domain, err))
		}
	}
	return errors.Join(faults...)
}

func (f *followed) numbering(s decode.Stream) Numbering {
	n := Numbering{
		Format: s.Format, From: s.From, Agent: s.Agent, Domain: s.Domain,
		Counts: f.rule.word(), Next: f.next,
		At: f.last.at, Sequence: f.last.sequence, Records: f.last.records, Whole: f.last.whole,
	}
	if f.last.timed {
		uptime := f.last.uptime
		n.Uptime = &uptime
	}
	return n
}

func (n *streams) resume(s *Numbering) error {
	if !s.From.IsValid() {
		return errors.New("the exporter is no address with a port")
	}
	usual, ok := ruleOf(s.Format)
	if !ok {
		return fmt.Errorf("%q has no numbers", s.Format)
	}
	rules := append([]rule{usual}, against[usual]...)
	at := slices.IndexFunc(rules, func(r rule) bool { return r.word() == s.Counts })
	if at < 0 {
		return fmt.Errorf("%s does not count %q", s.Format, s.Counts)
	}
	stream := s.Stream()
	f := n.follow(&stream)
	if f == nil {
		return nil // there are too many, which the log has
	}
	last := sighting{at: s.At, hour: HourOf(time.UnixMicro(s.At)), sequence: s.Sequence, records: s.Records, whole: s.Whole}
	if s.Uptime != nil {
		last.uptime, last.timed = *s.Uptime, true
	}
	f.rule, f.seen = rules[at], s.At
	f.resume(&last)
	f.next = s.Next
	return nil
}
