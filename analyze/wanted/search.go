package wanted

import (
	"cmp"
	"math/bits"
	"slices"
)

// address is one, signed in the upper half as it is stored.
type address struct {
	hi int64
	lo uint64
}

func (a address) compare(b address) int { return cmp.Or(cmp.Compare(a.hi, b.hi), cmp.Compare(a.lo, b.lo)) }

// span is from one address to another, both included.
type span struct{ first, last address }

// search is a feed, and what of it was met.
type search struct {
	singles  map[int64]bool // single addresses by their lower halves, and whether it was met
	ranges   []span         // in order, apart
	lower    blocks         // of lower halves that may be met: the /24 of an IPv4 address
	upper    blocks         // of upper halves, for ranges of IPv6: the /48
	hasUpper bool
	inRanges map[address]struct{} // what was met of ranges
}

const lowerBits, upperBits = 8, 16

// prepare makes the blocks.
func (s *search) prepare() {
	s.ranges = merge(s.ranges)
	lower, upper := uint64(len(s.singles)), uint64(0)
	for _, r := range s.ranges {
		if r.first.hi != 0 || r.last.hi != 0 {
			upper += uint64(r.last.hi-r.first.hi)>>upperBits + 1 //nolint:gosec // not negative
		}
		if r.first.hi <= 0 && r.last.hi >= 0 {
			lower += r.lower().count()
		}
	}
	s.lower, s.upper, s.hasUpper = newBlocks(lower), newBlocks(upper), upper > 0
	for lo := range s.singles {
		s.lower.add(blockRange{uint64(lo) >> lowerBits, uint64(lo) >> lowerBits}) //nolint:gosec // a bit pattern
	}
	for _, r := range s.ranges {
		if r.first.hi != 0 || r.last.hi != 0 {
			s.upper.add(blockRange{uint64(r.first.hi) >> upperBits, uint64(r.last.hi) >> upperBits}) //nolint:gosec // bit patterns
		}
		if r.first.hi <= 0 && r.last.hi >= 0 {
			s.lower.add(r.lower())
		}
	}
}

// lower are the blocks of what a span has of addresses with the upper half 0.
func (r span) lower() blockRange {
	b := blockRange{0, ^uint64(0) >> lowerBits}
	if r.first.hi == 0 {
		b.first = r.first.lo >> lowerBits
	}
	if r.last.hi == 0 {
		b.last = r.last.lo >> lowerBits
	}
	return b
}

// look goes through values of the lower halves of both sides, and of the upper
// halves if hasUpper.
func (s *search) look(values [][]int64) {
	for _, column := range values[:2] {
		for _, lo := range column {
			if s.lower.may(uint64(lo) >> lowerBits) { //nolint:gosec // a bit pattern
				s.lookLower(lo)
			}
		}
	}
	if !s.hasUpper {
		return
	}
	for side, column := range values[2:4] {
		for i, hi := range column {
			if hi != 0 && s.upper.may(uint64(hi)>>upperBits) { //nolint:gosec // a bit pattern
				s.lookRanges(address{hi, uint64(values[side][i])}) //nolint:gosec // a bit pattern
			}
		}
	}
}

// lookLower takes every lower half for one of an IPv4 address, as well as for
// one of a single address: what lies above it, the big scan compares.
func (s *search) lookLower(lo int64) {
	if met, ok := s.singles[lo]; ok && !met {
		s.singles[lo] = true
	}
	s.lookRanges(address{0, uint64(lo)}) //nolint:gosec // a bit pattern
}

func (s *search) lookRanges(a address) {
	i, found := slices.BinarySearchFunc(s.ranges, a, func(r span, a address) int { return r.last.compare(a) })
	if found || i < len(s.ranges) && s.ranges[i].first.compare(a) <= 0 {
		s.inRanges[a] = struct{}{}
	}
}

// merge sorts spans and joins those that overlap.
func merge(list []span) []span {
	slices.SortFunc(list, func(a, b span) int { return a.first.compare(b.first) })
	var merged []span
	for _, r := range list {
		if n := len(merged); n > 0 && merged[n-1].last.compare(r.first) >= 0 {
			if merged[n-1].last.compare(r.last) < 0 {
				merged[n-1].last = r.last
			}
			continue
		}
		merged = append(merged, r)
	}
	return merged
}

// blocks is a set of blocks that may take others for its own: one bit for each
// of the hashes, 16 hashes for each block, so that it fits into a cache.
type blocks struct {
	bits  []uint64
	shift int
}

// blockRange is from one block to another, both included.
type blockRange struct{ first, last uint64 }

func (b blockRange) count() uint64 { return b.last - b.first + 1 }

// No fewer and no more bits: a line of the cache, and 2 MB.
const leastBits, mostBits = 9, 24

func newBlocks(n uint64) blocks {
	size := min(max(bits.Len64(n)+4, leastBits), mostBits)
	return blocks{make([]uint64, 1<<(size-6)), 64 - size}
}

func (b *blocks) add(r blockRange) {
	if r.count() > uint64(len(b.bits))*64 {
		for i := range b.bits {
			b.bits[i] = ^uint64(0)
		}
		return
	}
	for block := r.first; ; block++ {
		h := b.hash(block)
		b.bits[h/64] |= 1 << (h % 64)
		if block == r.last {
			return
		}
	}
}

func (b *blocks) may(block uint64) bool {
	h := b.hash(block)
	return b.bits[h/64]>>(h%64)&1 != 0
}

// hash multiplies by the golden ratio.
func (b *blocks) hash(block uint64) uint64 { return block * 0x9e3779b97f4a7c15 >> b.shift }
