package flowscan

import "math/bits"

// sieve holds numbers, and of others a few: two bits of one word for each number.
type sieve struct {
	words []uint32
	shift uint // of a hash, to make it a word's place
}

// A sieve is as small as lets few others in a thousand through, so that it stays in
// a core's own cache, against which every address of the day is held. From
// 2^15 numbers on it lets more through instead of growing.
const (
	leastSieve = 15 // 4 KB
	mostSieve  = 21 // 256 KB: of 100,000 numbers it holds two others in 100
)

// newSieve makes one for so many numbers.
func newSieve(numbers int) *sieve {
	size := min(max(bits.Len(uint(numbers))+6, leastSieve), mostSieve)            //nolint:gosec // not negative
	return &sieve{words: make([]uint32, 1<<(size-5)), shift: uint(32 + 5 - size)} //nolint:gosec // at least 16
}

// place is where the two bits of a number are: a word's by the upper bits of a
// product with the golden ratio, in it by those below them. It is of 32 bits because
// processors multiply no wider numbers where they do so for eight at once
// (kernel_amd64.c).
func (s *sieve) place(n uint64) (word, both uint32) {
	const highest = 1 << 31
	hash := uint32(n^n>>32) * 0x9e3779b1 //nolint:gosec // the upper half is in it
	return hash >> s.shift, highest>>(hash>>11&31) | highest>>(hash>>6&31)
}

func (s *sieve) add(n uint64) {
	word, both := s.place(n)
	s.words[word] |= both
}

// addAll adds the numbers from one to another.
func (s *sieve) addAll(first, last uint64) {
	if last-first > 1<<mostSieve {
		for i := range s.words {
			s.words[i] = ^uint32(0)
		}
		return
	}
	for n := first; ; n++ {
		s.add(n)
		if n == last {
			return
		}
	}
}

func (s *sieve) holds(n uint64) bool {
	word, both := s.place(n)
	return s.words[word]&both == both
}

// filter tells values that may be wanted: by themselves, or by their block.
type filter struct {
	single *sieve // nil: none
	block  *sieve // of values without their lowest bits; nil: none
	free   uint   // how many bits those are
}

// passes says whether one value may be wanted.
func (f *filter) passes(v int64) bool {
	n := uint64(v) //nolint:gosec // a bit pattern
	return f.single != nil && f.single.holds(n) || f.block != nil && f.block.holds(n>>f.free)
}

// mark appends the values that may be wanted, and their rows, of which that of
// the first value is first.
func (f *filter) mark(values []int64, first int, to *marks) {
	single, block := f.single, f.block
	switch {
	case block == nil && single == nil:
	case block == nil:
		for i, v := range values {
			if single.holds(uint64(v)) { //nolint:gosec // a bit pattern
				to.add(first+i, v)
			}
		}
	case single == nil:
		for i, v := range values {
			if block.holds(uint64(v) >> f.free) { //nolint:gosec // a bit pattern
				to.add(first+i, v)
			}
		}
	default:
		for i, v := range values {
			if single.holds(uint64(v)) || block.holds(uint64(v)>>f.free) { //nolint:gosec // bit patterns
				to.add(first+i, v)
			}
		}
	}
}

// marks are rows of a row group, in order, and a value of each.
type marks struct {
	rows   []int32
	values []int64
}

func (m *marks) reset() { m.rows, m.values = m.rows[:0], m.values[:0] }

func (m *marks) add(row int, value int64) {
	m.rows, m.values = append(m.rows, int32(row)), append(m.values, value) //nolint:gosec // a row group has fewer
}

// keep leaves only those that are wanted.
func (m *marks) keep(wanted func(i int) bool) {
	n := 0
	for i, row := range m.rows {
		if wanted(i) {
			m.rows[n], m.values[n] = row, m.values[i]
			n++
		}
	}
	m.rows, m.values = m.rows[:n], m.values[:n]
}
