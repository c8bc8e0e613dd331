package flowscan

import (
	"cmp"
	"math"
	"slices"
)

// Address is one, in the halves that the lake has it in.
type Address struct{ Hi, Lo int64 }

// compare orders by the upper half as it is stored, signed, and then by the lower.
func (a Address) compare(b Address) int {
	return cmp.Or(cmp.Compare(a.Hi, b.Hi), cmp.Compare(uint64(a.Lo), uint64(b.Lo))) //nolint:gosec // bit patterns
}

// Range is from one address to another, both included, of one sign of the upper
// half: a prefix.
type Range struct{ First, Last Address }

// Wanted is whom a scan looks for. It is not changed by a scan.
type Wanted struct {
	singles map[Address]struct{}
	halves  map[int64]struct{} // the lower halves of singles
	ranges  []Range            // in order, apart
	spans   []span             // of lower halves: single ones, and those of ranges with the upper half 0; in order, apart

	lower filter // of lower halves: single addresses, and blocks of IPv4 ranges, /24
	upper filter // of upper halves, for ranges of IPv6, by blocks of /48
}

// The widths of the blocks by which the sieves know ranges. An import refuses
// prefixes wider than /16 and /32, so a range has at most 65,536 of them.
const lowerFree, upperFree = 8, 16

// NewWanted takes addresses and ranges, in any order and as often as they come.
func NewWanted(singles []Address, ranges []Range) *Wanted {
	w := &Wanted{singles: make(map[Address]struct{}, len(singles)), halves: make(map[int64]struct{}, len(singles)), ranges: merge(slices.Clone(ranges))}
	if len(singles) > 0 {
		w.lower.single = newSieve(len(singles))
	}
	for _, a := range singles {
		w.singles[a] = struct{}{}
		w.halves[a.Lo] = struct{}{}
		w.lower.single.add(uint64(a.Lo)) //nolint:gosec // a bit pattern
	}
	w.lower.free, w.upper.free = lowerFree, upperFree
	for _, r := range w.ranges {
		if r.First.Hi != 0 || r.Last.Hi != 0 {
			if w.upper.block == nil {
				w.upper.block = newSieve(1 << mostSieve)
			}
			w.upper.block.addAll(uint64(r.First.Hi)>>upperFree, uint64(r.Last.Hi)>>upperFree) //nolint:gosec // bit patterns
		}
		if r.First.Hi <= 0 && r.Last.Hi >= 0 {
			if w.lower.block == nil {
				w.lower.block = newSieve(1 << mostSieve)
			}
			w.lower.block.addAll(r.lower())
		}
	}
	w.spans = w.lowerSpans()
	return w
}

// span is from one lower half to another, both included, in the order of
// statistics: signed.
type span struct{ first, last int64 }

func (w *Wanted) lowerSpans() []span {
	list := make([]span, 0, len(w.halves)+len(w.ranges))
	for lo := range w.halves {
		list = append(list, span{lo, lo})
	}
	for _, r := range w.ranges {
		if r.First.Hi > 0 || r.Last.Hi < 0 {
			continue
		}
		s := span{0, -1}
		if r.First.Hi == 0 {
			s.first = r.First.Lo
		}
		if r.Last.Hi == 0 {
			s.last = r.Last.Lo
		}
		if s.first >= 0 && s.last < 0 { // from the lower half of all to the upper
			list = append(list, span{s.first, math.MaxInt64})
			s.first = math.MinInt64
		}
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b span) int { return cmp.Compare(a.first, b.first) })
	apart := list[:0]
	for _, s := range list {
		if n := len(apart); n > 0 && s.first <= apart[n-1].last {
			apart[n-1].last = max(apart[n-1].last, s.last)
			continue
		}
		apart = append(apart, s)
	}
	return apart
}

// between says whether a lower half from one to another, both included, may be
// wanted.
func (w *Wanted) between(least, most int64) bool {
	i, _ := slices.BinarySearchFunc(w.spans, least, func(s span, least int64) int { return cmp.Compare(s.last, least) })
	return i < len(w.spans) && w.spans[i].first <= most
}

// lower are the blocks of what a range has of addresses with the upper half 0.
func (r Range) lower() (first, last uint64) {
	last = ^uint64(0) >> lowerFree
	if r.First.Hi == 0 {
		first = uint64(r.First.Lo) >> lowerFree //nolint:gosec // a bit pattern
	}
	if r.Last.Hi == 0 {
		last = uint64(r.Last.Lo) >> lowerFree //nolint:gosec // a bit pattern
	}
	return first, last
}

// has says whether an address is wanted that a filter let through. Each filter
// is asked again for its part: looking up takes longer.
func (w *Wanted) has(a Address) bool {
	lo, hi := uint64(a.Lo), uint64(a.Hi) //nolint:gosec // bit patterns
	if s := w.lower.single; s != nil && s.holds(lo) {
		if _, ok := w.halves[a.Lo]; ok {
			if _, ok := w.singles[a]; ok {
				return true
			}
		}
	}
	lower, upper := w.lower.block, w.upper.block
	return (a.Hi == 0 && lower != nil && lower.holds(lo>>lowerFree) || upper != nil && upper.holds(hi>>upperFree)) && w.inRange(a)
}

func (w *Wanted) inRange(a Address) bool {
	i, found := slices.BinarySearchFunc(w.ranges, a, func(r Range, a Address) int { return r.Last.compare(a) })
	return found || i < len(w.ranges) && w.ranges[i].First.compare(a) <= 0
}

// someHalf says whether the test holds for the lower half of a single address.
func (w *Wanted) someHalf(test func(lo int64) bool) bool {
	for lo := range w.halves {
		if test(lo) {
			return true
		}
	}
	return false
}

// empty says that nobody is looked for.
func (w *Wanted) empty() bool { return len(w.singles) == 0 && len(w.ranges) == 0 }

// merge sorts ranges and joins those that overlap.
func merge(list []Range) []Range {
	slices.SortFunc(list, func(a, b Range) int { return a.First.compare(b.First) })
	var merged []Range
	for _, r := range list {
		if n := len(merged); n > 0 && merged[n-1].Last.compare(r.First) >= 0 {
			if merged[n-1].Last.compare(r.Last) < 0 {
				merged[n-1].Last = r.Last
			}
			continue
		}
		merged = append(merged, r)
	}
	return merged
}
