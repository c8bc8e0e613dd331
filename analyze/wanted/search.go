package wanted

import (
	"cmp"
	"slices"
)

// address is one, signed in the upper half as it is stored.
type address struct {
	hi int64
	lo uint64
}

func (a address) compare(b address) int {
	return cmp.Or(cmp.Compare(a.hi, b.hi), cmp.Compare(a.lo, b.lo))
}

// span is from one address to another, both included.
type span struct{ first, last address }

// search is a feed, and what of it was met.
type search struct {
	singles  map[int64]bool // single addresses by their lower halves, and whether it was met
	ranges   []span         // in order, apart
	inRanges map[address]struct{}

	single   sieve // of lower halves
	lower    sieve // of their blocks, for ranges: the /24 of an IPv4 address
	upper    sieve // of blocks of upper halves, for ranges of IPv6: the /48
	hasLower bool
	hasUpper bool
}

const lowerBits, upperBits = 8, 16

// prepare fills the sieves.
func (s *search) prepare() {
	for lo := range s.singles {
		s.single.add(uint64(lo)) //nolint:gosec // a bit pattern
	}
	s.ranges = merge(s.ranges)
	for _, r := range s.ranges {
		if r.first.hi != 0 || r.last.hi != 0 {
			s.hasUpper = true
			s.upper.addRange(uint64(r.first.hi)>>upperBits, uint64(r.last.hi)>>upperBits) //nolint:gosec // bit patterns
		}
		if r.first.hi <= 0 && r.last.hi >= 0 {
			s.hasLower = true
			s.lower.addRange(r.lower())
		}
	}
}

// lower are the blocks of what a span has of addresses with the upper half 0.
func (r span) lower() (first, last uint64) {
	last = ^uint64(0) >> lowerBits
	if r.first.hi == 0 {
		first = r.first.lo >> lowerBits
	}
	if r.last.hi == 0 {
		last = r.last.lo >> lowerBits
	}
	return first, last
}

// look goes through values of the lower halves of both sides, and of the upper
// halves if hasUpper. Of a lower half it cannot tell what it belongs to: it is
// taken for that of a single address, and for an IPv4 address. The big scan
// compares the rest.
func (s *search) look(values [][]int64) {
	for _, column := range values[:2] {
		for _, lo := range column {
			if s.single.holds(uint64(lo)) { //nolint:gosec // a bit pattern
				if met, ok := s.singles[lo]; ok && !met {
					s.singles[lo] = true
				}
			}
		}
		if !s.hasLower {
			continue
		}
		for _, lo := range column {
			if s.lower.holds(uint64(lo) >> lowerBits) { //nolint:gosec // a bit pattern
				s.lookRanges(address{0, uint64(lo)}) //nolint:gosec // a bit pattern
			}
		}
	}
	if !s.hasUpper {
		return
	}
	for side, column := range values[2:4] {
		for i, hi := range column {
			if hi != 0 && s.upper.holds(uint64(hi)>>upperBits) { //nolint:gosec // a bit pattern
				s.lookRanges(address{hi, uint64(values[side][i])}) //nolint:gosec // a bit pattern
			}
		}
	}
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

// sieve holds numbers, and of others a few: two bits for each. It is as large as
// a core's own cache bears, for every address of the day is held against it.
type sieve [1 << (sieveBits - 6)]uint64

const sieveBits = 21 // 256 KB: of 100,000 numbers it holds one other in 100

func (s *sieve) add(n uint64) {
	a, b := sieveHashes(n)
	s[a/64] |= 1 << (a % 64)
	s[b/64] |= 1 << (b % 64)
}

// addRange adds all numbers from one to another.
func (s *sieve) addRange(first, last uint64) {
	if last-first > 1<<sieveBits {
		for i := range s {
			s[i] = ^uint64(0)
		}
		return
	}
	for n := first; n <= last; n++ {
		s.add(n)
	}
}

func (s *sieve) holds(n uint64) bool {
	a, b := sieveHashes(n)
	return s[a/64]>>(a%64)&1 != 0 && s[b/64]>>(b%64)&1 != 0
}

// sieveHashes are the upper bits of a product with the golden ratio, and those
// below them.
func sieveHashes(n uint64) (a, b uint64) {
	n *= 0x9e3779b97f4a7c15
	return n >> (64 - sieveBits), n << sieveBits >> (64 - sieveBits)
}
