package parquetfile

import "slices"

const (
	// mostLargeWords is where deltas are the shorter way, and a reader's cache is
	// full.
	mostLargeWords = 1 << 15

	largeSlotBits = 17
	largeSlots    = 1 << largeSlotBits
)

// largeDictionary is a dictionary for thorough writers. The other is not just a
// smaller one: that its table has a size known to the compiler, and fits the
// cache, is a tenth of what a collector's row group costs.
type largeDictionary[T integer] struct {
	words []T
	keys  []T
	codes []uint16
}

// encode is encode of a dictionary, without a look at a sample first.
func (d *largeDictionary[T]) encode(indices []int32, values []T) ([]int32, bool) {
	d.words = d.words[:0]
	if d.codes == nil {
		d.keys, d.codes = make([]T, largeSlots), make([]uint16, largeSlots)
	}
	clear(d.codes)
	indices = slices.Grow(indices, len(values))
	last, code := values[0], d.code(values[0])
	for _, v := range values {
		if v != last {
			last, code = v, d.code(v)
			if len(d.words) > mostLargeWords {
				return indices, false
			}
		}
		indices = append(indices, code)
	}
	return indices, true
}

func (d *largeDictionary[T]) code(v T) int32 {
	at := uint64(v) * hashFactor >> (64 - largeSlotBits)
	for d.codes[at] != 0 {
		if d.keys[at] == v {
			return int32(d.codes[at]) - 1
		}
		at = (at + 1) % largeSlots
	}
	d.words = append(d.words, v)
	d.keys[at], d.codes[at] = v, uint16(len(d.words)) //nolint:gosec // at most mostLargeWords and one
	return int32(len(d.words)) - 1                    //nolint:gosec // likewise
}
