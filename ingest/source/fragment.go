package source

import (
	"net/netip"
	"slices"
	"time"
)

// What may wait for a missing fragment. An exporter that fragments sends the
// fragments of a datagram back to back, so what is older or more than this
// has lost one, or is an attack on our memory.
const (
	fragmentAge       = 30 * time.Second // of capture time; hosts wait 15 s (RFC 791) to 60 s (RFC 8200)
	fragmentDatagrams = 1 << 14
	fragmentBytes     = 16 << 20
	fragmentCost      = 128 // bytes that a fragment takes beside its payload
	maxIPPayload      = 65535
)

// reassembler puts IP fragments together (RFC 791 section 3.2, RFC 8200
// section 4.5). Fragments may come in any order and more than once. Two that
// overlap without being equal make their datagram invalid, as RFC 5722 demands
// for IPv6: which of them is right is a guess that attackers have used.
type reassembler struct {
	waiting map[fragmentKey]*fragments
	queue   []*fragments // by age; those that are done leave when they are the oldest
	bytes   int          // taken by all that wait
}

type fragmentKey struct {
	src, dst netip.Addr
	protocol byte
	id       uint32
}

// fragments are those of one datagram.
type fragments struct {
	key     fragmentKey
	started time.Time
	parts   []part // by offset
	have    int    // bytes in parts
	total   int    // length of the datagram's IP payload, -1 until the last fragment came
	packets int
	bytes   int // taken from the reassembler's limit
	invalid bool
	done    bool
}

type part struct {
	offset int
	data   []byte
}

// add takes the fragment s. It returns the whole segment if s completes it,
// and those that are given up because of their age or number.
func (r *reassembler) add(s *segment, now time.Time) (whole segment, expired []*fragments, complete bool) {
	expired = r.expire(now)
	key := fragmentKey{s.src, s.dst, s.protocol, s.id}
	f := r.waiting[key]
	if f == nil {
		f = &fragments{key: key, started: now, total: -1}
		if r.waiting == nil {
			r.waiting = map[fragmentKey]*fragments{}
		}
		r.waiting[key] = f
		r.queue = append(r.queue, f)
	}
	f.packets++
	taken := f.insert(s)
	f.bytes += taken
	r.bytes += taken
	if f.invalid || f.have != f.total { // parts do not overlap
		return segment{}, expired, false
	}
	r.forget(f)
	whole = segment{src: s.src, dst: s.dst, protocol: s.protocol, payload: f.join(), packets: f.packets}
	f.parts = nil // f itself stays in the queue for a while
	return whole, expired, true
}

// flush gives up all that wait.
func (r *reassembler) flush() []*fragments {
	var expired []*fragments
	for _, f := range r.queue {
		if !f.done {
			r.forget(f)
			expired = append(expired, f)
		}
	}
	r.queue = nil
	return expired
}

// expire gives up the oldest until the limits hold.
func (r *reassembler) expire(now time.Time) []*fragments {
	var expired []*fragments
	for len(r.queue) > 0 {
		f := r.queue[0]
		if !f.done {
			if r.bytes < fragmentBytes && len(r.queue) < fragmentDatagrams && now.Sub(f.started) < fragmentAge {
				break
			}
			r.forget(f)
			expired = append(expired, f)
		}
		r.queue[0] = nil
		r.queue = r.queue[1:]
	}
	return expired
}

func (r *reassembler) forget(f *fragments) {
	f.done = true
	r.bytes -= f.bytes
	delete(r.waiting, f.key)
}

// insert copies s between the other parts and returns the memory taken.
func (f *fragments) insert(s *segment) int {
	end := s.offset + len(s.payload)
	i, found := slices.BinarySearchFunc(f.parts, s.offset, func(p part, offset int) int { return p.offset - offset })
	switch {
	case found && len(f.parts[i].data) == len(s.payload):
		return fragmentCost // a repetition: only the packet is counted
	case f.invalid, found, end > maxIPPayload, len(s.payload) == 0,
		s.more && len(s.payload)%8 != 0,
		i > 0 && f.parts[i-1].end() > s.offset,
		i < len(f.parts) && end > f.parts[i].offset,
		f.total >= 0 && (end > f.total || !s.more && end != f.total),
		!s.more && len(f.parts) > 0 && f.parts[len(f.parts)-1].end() > end:
		f.invalid = true
		return fragmentCost
	}
	if !s.more {
		f.total = end
	}
	f.have += len(s.payload)
	f.parts = slices.Insert(f.parts, i, part{s.offset, slices.Clone(s.payload)})
	return fragmentCost + len(s.payload)
}

func (p part) end() int { return p.offset + len(p.data) }

func (f *fragments) join() []byte {
	whole := make([]byte, 0, f.total)
	for _, p := range f.parts {
		whole = append(whole, p.data...)
	}
	return whole
}

// first is the first fragment with what follows it without a gap, if it came.
func (f *fragments) first() (segment, bool) {
	if f.invalid || len(f.parts) == 0 || f.parts[0].offset != 0 {
		return segment{}, false
	}
	s := segment{src: f.key.src, dst: f.key.dst, protocol: f.key.protocol, packets: 1, fragment: true, more: true, cut: true}
	for _, p := range f.parts {
		if p.offset != len(s.payload) {
			break
		}
		s.payload = append(s.payload, p.data...)
	}
	return s, true
}
