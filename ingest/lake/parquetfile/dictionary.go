package parquetfile

import "slices"

const (
	// mostWords bounds a dictionary of numbers. One of more saves little over
	// deltas, and costs its reader the cache.
	mostWords = 1024
	// sampled values, spread over the column, show whether to try; where more
	// than sampledWords of them differ, the whole has too many.
	sampled      = 256
	sampledWords = 96

	// hashFactor spreads numbers over the slots of a hash table: 2^64 by the
	// golden ratio.
	hashFactor = 0x9e3779b97f4a7c15

	slotBits = 12
	slots    = 1 << slotBits // of the hash table: a quarter is the most that is in use
)

// integer is what columns of numbers are made of.
type integer interface{ int16 | int32 | int64 }

// dictionary is the different values of a column, if they are few: addresses and
// counters are many, but ports of services, interfaces, protocols, flags and
// neighbouring systems are not, and their deltas would be as wide as their
// values.
type dictionary[T integer] struct {
	words []T           // in the order of their first use
	keys  [slots]T      // where the hash table is in use
	codes [slots]uint16 // of the keys, plus 1; 0: the slot is free
}

// encode appends the values as indices into the dictionary, which has their
// words afterwards; false where they are too many.
func (d *dictionary[T]) encode(indices []int32, values []T) ([]int32, bool) {
	d.reset()
	if step := len(values) / sampled; step > 1 {
		for i := 0; i < len(values); i += step {
			d.code(values[i])
		}
		if len(d.words) > sampledWords {
			return indices, false
		}
		d.reset() // so that the order is that of the first use
	}
	begin := len(indices)
	indices = slices.Grow(indices, len(values))[:begin+len(values)]
	to := indices[begin:]
	last, code := values[0], d.code(values[0])
	for i, v := range values {
		if v != last {
			last, code = v, d.code(v)
			if len(d.words) > mostWords {
				return indices, false
			}
		}
		to[i] = code
	}
	return indices, true
}

func (d *dictionary[T]) reset() {
	d.words = d.words[:0]
	clear(d.codes[:])
}

// code is the index of v, which the dictionary has afterwards.
func (d *dictionary[T]) code(v T) int32 {
	at := uint64(v) * hashFactor >> (64 - slotBits)
	for d.codes[at] != 0 {
		if d.keys[at] == v {
			return int32(d.codes[at]) - 1
		}
		at = (at + 1) % slots
	}
	d.words = append(d.words, v)
	d.keys[at], d.codes[at] = v, uint16(len(d.words)) //nolint:gosec // at most mostWords and one
	return int32(len(d.words)) - 1                    //nolint:gosec // likewise
}
