package account

import (
	"math"
	"time"
)

const (
	// lateLimit is how long a missing number may still arrive. Routers and
	// networks reorder within milliseconds; our own queues within seconds.
	lateLimit = int64(5 * time.Second / time.Microsecond)
	// maxHoles bounds the missing stretches that are waited for.
	maxHoles = 64
	// restartBack is how much the uptime must go back to mean a restart and
	// not a datagram that was overtaken.
	restartBack = 10_000 // ms
	// restartLag is by how much less than our clock the uptime must have gone on
	// since the datagram before to mean a restart in a silence, after which it may
	// be more than it was then. Clocks drift, and are set.
	restartLag = 300_000 // ms
	// farDatagrams and farRecords are jumps ahead that one datagram alone is
	// not believed: proofAhead have to go on from each other. RFC 3550 appendix
	// A.1 treats the sequence numbers of RTP so, with 3000 packets.
	farDatagrams = 3000
	farRecords   = 100_000
	proofAhead   = 2
	// proofBehind is the same for numbers that had been there. It takes more,
	// because a network that sends twice repeats short runs.
	proofBehind = 4
	// longestLoss is the largest jump ahead that is loss where no uptime tells
	// it from a restart: at 10,000 records/s half an hour.
	longestLoss = 1 << 24
	// otherwiseProof is how many datagrams in a row have to count in another
	// way before we believe that their exporter always does. Datagrams in which
	// both ways say the same prove nothing.
	otherwiseProof = 8
	// throughProof is the same for countsThrough. It takes fewer, because only
	// datagrams longer or shorter than the one before tell, and a loss would have
	// to be of just that difference.
	throughProof = 3
)

// tracker follows one numbering. It is shown the datagrams about in the order
// of their arrival.
type tracker struct {
	rule      rule
	otherwise int  // datagrams in a row that count in another way …
	other     rule // … which is this

	begun bool
	next  uint32   // number that the next datagram should have
	blind bool     // next is not known: the last datagram could not be counted
	last  sighting // that was seen in its place
	holes []hole   // numbers that are still missing
	stray stray
}

// stray is a run of datagrams out of place that go on from each other.
type stray struct {
	length int
	first  uint32 // number of the first one
	next   uint32 // number that would go on
	behind bool   // the first number was below the one that was due
}

// hole is a stretch of numbers that nobody has seen.
type hole struct {
	from, size uint32
	at, hour   int64 // of the datagram that showed it
}

// note is how a tracker reports what it found, in the hour that it belongs to.
type note func(hour int64, s Sequence)

// see takes the next datagram. It returns true when it has just found out that
// the exporter counts otherwise than its protocol says.
func (t *tracker) see(s *sighting, note note) (foundOut bool) {
	if t.otherwise == 0 {
		t.settle(s.at-lateLimit, note)
	}
	switch ahead := t.ahead(s); {
	case !t.begun:
		t.resume(s)
	case t.countsOtherwise(s):
		t.rule, t.otherwise, t.holes = t.other, 0, nil
		t.resume(s)
		return true
	case !t.blind && ahead == 0:
		t.accept(s, note)
	case t.restarted(s):
		t.restart(s, note)
	case t.blind:
		t.accept(s, note)
	case ahead > 0 && uint32(ahead) <= t.rule.far():
		t.miss(s, uint32(ahead), note)
		t.accept(s, note)
	case ahead < 0 && t.fill(s):
		note(s.hour, Sequence{Late: 1})
	default:
		t.goAstray(s, ahead, note)
	}
	return false
}

// ahead is by how much s is further than the datagram that is due; below 0,
// behind it.
func (t *tracker) ahead(s *sighting) int32 {
	ahead := int32(t.rule.first(s) - t.next)
	// The number of the last record says nothing of the loss before it when it is
	// not known how many there are, and too few are numbered when some are of
	// options.
	if t.rule == countsThrough && (!s.whole || ahead < 0 && int32(s.sequence-t.next) > 0) {
		return 0
	}
	return ahead
}

// resume takes s for the beginning of a numbering, or its going on after an
// unknown stretch.
func (t *tracker) resume(s *sighting) {
	t.begun, t.stray = true, stray{}
	t.next = t.rule.first(s) + t.rule.units(s)
	t.blind = t.rule == countsRecords && !s.whole
	t.last = *s
}

// accept takes s for the datagram that comes next.
func (t *tracker) accept(s *sighting, note note) {
	t.endStray(s.hour, note)
	t.resume(s)
}

// goAstray takes a datagram out of place. When enough of them go on from each
// other, the numbering is there now.
func (t *tracker) goAstray(s *sighting, ahead int32, note note) {
	first := t.rule.first(s)
	if t.stray.length == 0 || first != t.stray.next {
		t.endStray(s.hour, note)
		t.stray = stray{first: first, behind: ahead < 0}
	}
	t.stray.length++
	t.stray.next = first + t.rule.units(s)
	switch {
	case t.stray.behind && t.stray.length == proofBehind:
		t.restart(s, note)
	case !t.stray.behind && t.stray.length == proofAhead:
		t.jump(s, note)
	}
}

// endStray gives up on a run that did not become the numbering: it was there
// twice or, with numbers from nowhere, says nothing.
func (t *tracker) endStray(hour int64, note note) {
	if t.stray.behind && t.otherwise == 0 {
		note(hour, Sequence{Duplicates: int64(t.stray.length)})
	}
	t.stray = stray{}
}

// restarted says that the exporter's uptime began anew. One that stands still
// says nothing.
func (t *tracker) restarted(s *sighting) bool {
	if !s.timed || !t.last.timed || s.uptime == t.last.uptime {
		return false
	}
	elapsed := uint32(max(0, s.at-t.last.at) / int64(time.Millisecond/time.Microsecond))
	return int32(s.uptime-t.last.uptime) < -restartBack || int32(s.uptime-t.last.uptime-elapsed) < -restartLag
}

// restart begins anew with s. What was missing before is missing for good.
func (t *tracker) restart(s *sighting, note note) {
	t.settle(s.at, note)
	note(s.hour, Sequence{Restarts: 1})
	t.resume(s)
}

// jump decides on a run that goes on far ahead. With the uptime running on, it
// was the network. Without one a restart is more likely when there are more
// numbers between than an outage explains.
func (t *tracker) jump(s *sighting, note note) {
	missing := t.stray.first - t.next
	if !s.timed && missing > longestLoss {
		t.restart(s, note)
		return
	}
	t.miss(s, missing, note)
	t.resume(s)
}

// miss notes numbers that were left out before s, and may still come.
func (t *tracker) miss(s *sighting, size uint32, note note) {
	if len(t.holes) == maxHoles {
		t.lose(t.holes[0], note)
		t.holes = append(t.holes[:0], t.holes[1:]...)
	}
	t.holes = append(t.holes, hole{from: t.next, size: size, at: s.at, hour: s.hour})
}

// fill takes the numbers of s out of the hole that they are in; false where
// they are in none.
func (t *tracker) fill(s *sighting) bool {
	first := t.rule.first(s)
	for i, h := range t.holes {
		offset := first - h.from
		if offset >= h.size {
			continue
		}
		units := min(t.rule.units(s), h.size-offset)
		rest := hole{from: first + units, size: h.size - offset - units, at: h.at, hour: h.hour}
		t.holes[i].size = offset
		if rest.size > 0 {
			t.holes = append(t.holes, rest)
		}
		return true
	}
	return false
}

// settle counts the numbers as missed that were missing at the time before.
func (t *tracker) settle(before int64, note note) {
	kept := t.holes[:0]
	for _, h := range t.holes {
		if h.at > before {
			kept = append(kept, h)
		} else {
			t.lose(h, note)
		}
	}
	t.holes = kept
}

// end counts everything that is still open: nothing will come any more.
func (t *tracker) end(note note) {
	t.endStray(t.last.hour, note)
	t.settle(math.MaxInt64, note)
}

func (t *tracker) lose(h hole, note note) {
	if t.rule.ofRecords() {
		note(h.hour, Sequence{MissedRecords: int64(h.size)})
	} else {
		note(h.hour, Sequence{MissedDatagrams: int64(h.size)})
	}
}

// countsOtherwise watches for exporters that number datagrams where their
// protocol numbers records, or the other way round, or the last record where it
// numbers the first.
func (t *tracker) countsOtherwise(s *sighting) bool {
	if !t.last.whole || !s.whole {
		return false
	}
	step, due := s.sequence-t.last.sequence, t.rule.step(&t.last, s)
	if t.otherwise == 0 {
		for _, other := range against[t.rule] {
			if n := other.step(&t.last, s); n != due && step == n {
				t.other, t.otherwise, t.last = other, 1, *s
				break
			}
		}
		return false
	}
	switch other := t.other.step(&t.last, s); {
	case step == other && other == due: // in order, and proves nothing
		t.last = *s
	case step == other:
		t.otherwise++
		t.last = *s
	case other == due || t.other == countsThrough && step+1 == other: // a record of options is not numbered
	default:
		t.otherwise = 0
	}
	return t.otherwise >= t.other.proof()
}
