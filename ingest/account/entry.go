package account

import (
	"math"
	"net/netip"
	"time"

	"minewatch/ingest/flow"
)

// Key is whose account: an exporter's, in one hour of the time that its flows
// are stored under.
type Key struct {
	Hour     int64      // since 1970, UTC
	Exporter netip.Addr // zero: Others
}

// Others is whom everything is laid to that belongs to no known exporter:
// senders that are not on the allow-list, and what was dropped unseen.
var Others netip.Addr

// HourOf is the hour of t since 1970; before 1970 it is negative.
func HourOf(t time.Time) int64 {
	seconds := t.Unix()
	hour := seconds / 3600
	if seconds%3600 < 0 {
		hour--
	}
	return hour
}

// Entry is one account.
type Entry struct {
	flow.Counts
	Sequence Sequence
	Clock    Clock

	FirstAt, LastAt int64 // of the flows' time of receipt, µs since 1970; 0: none
}

// Sequence is what the exporter's own numbers say. v5 and IPFIX number
// records, v9 and sFlow datagrams, so that is what is known to be missing.
type Sequence struct {
	MissedDatagrams int64
	MissedRecords   int64
	Late            int64 // datagrams that arrived after a later one
	Duplicates      int64 // datagrams with a number that had been there
	Restarts        int64 // numberings that began anew
}

func (s *Sequence) add(o *Sequence) {
	s.MissedDatagrams += o.MissedDatagrams
	s.MissedRecords += o.MissedRecords
	s.Late += o.Late
	s.Duplicates += o.Duplicates
	s.Restarts += o.Restarts
}

// Clock is how far the exporter's clock was ahead of ours when its datagrams
// arrived. v9 and IPFIX say whole seconds, so up to one second behind is none.
type Clock struct {
	Known          bool
	Last, Min, Max time.Duration // behind: below 0
}

func (c *Clock) note(ahead time.Duration) {
	if !c.Known {
		*c = Clock{Known: true, Min: math.MaxInt64, Max: math.MinInt64}
	}
	c.Last, c.Min, c.Max = ahead, min(c.Min, ahead), max(c.Max, ahead)
}

func (c *Clock) add(o *Clock) {
	if o.Known {
		c.note(o.Min)
		c.note(o.Max)
		c.Last = o.Last
	}
}

// arrived notes a datagram whose flows are stored under the time at.
func (e *Entry) arrived(at int64) {
	if e.FirstAt == 0 {
		e.FirstAt, e.LastAt = at, at
	}
	e.FirstAt, e.LastAt = min(e.FirstAt, at), max(e.LastAt, at)
}

// add adds o to e.
func (e *Entry) add(o *Entry) {
	e.Add(&o.Counts)
	e.Sequence.add(&o.Sequence)
	e.Clock.add(&o.Clock)
	if o.FirstAt != 0 {
		e.arrived(o.FirstAt)
		e.arrived(o.LastAt)
	}
}
