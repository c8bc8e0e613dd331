package parquetfile

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// The shape of the delta encoding that every writer uses: blocks of 128 values,
// each in four miniblocks of one bit width (Encodings.md, "Delta Encoding").
const (
	deltaBlock     = 128
	deltaMini      = 32
	deltaMinis     = deltaBlock / deltaMini
	deltaMiniBytes = deltaMini / 8 // for each bit of width
)

// number is what Parquet has for integers: INT32 and INT64.
type number interface{ int32 | int64 }

// appendDelta appends values in DELTA_BINARY_PACKED: the first, and then what
// each is more than the one before, packed into as few bits as the largest of
// its miniblock needs. Differences wrap around in the width of the type.
func appendDelta[T number](b []byte, values []T) []byte {
	b = binary.AppendUvarint(b, deltaBlock)
	b = binary.AppendUvarint(b, deltaMinis)
	b = binary.AppendUvarint(b, uint64(len(values)))
	if len(values) == 0 {
		return binary.AppendVarint(b, 0)
	}
	b = binary.AppendVarint(b, int64(values[0]))
	for begin := 0; begin+1 < len(values); begin += deltaBlock {
		b = appendBlock(b, values[begin:min(begin+deltaBlock+1, len(values))])
	}
	return b
}

// appendBlock appends the block of what the values behind the first are more
// than the ones before them.
func appendBlock[T number](b []byte, values []T) []byte {
	var deltas [deltaBlock]T
	last := values[0]
	least := values[1] - last
	n := len(values) - 1
	for i, v := range values[1:] {
		delta := v - last
		last = v
		deltas[i&(deltaBlock-1)] = delta
		least = min(least, delta)
	}
	b = binary.AppendVarint(b, int64(least))
	widths := len(b)
	b = append(b, 0, 0, 0, 0)
	for mini := 0; mini*deltaMini < n; mini++ {
		var above [deltaMini]uint64
		all := uint64(0)
		part := deltas[mini*deltaMini:][:min(deltaMini, n-mini*deltaMini)]
		for i, delta := range part {
			v := unsigned(delta - least)
			above[i&(deltaMini-1)] = v
			all |= v
		}
		width := bits.Len64(all)
		b[widths+mini] = byte(width)
		b = appendPacked(b, &above, width)
	}
	return b
}

// appendEqual is appendDelta of n values that are all v.
func appendEqual(b []byte, v int64, n int) []byte {
	b = binary.AppendUvarint(b, deltaBlock)
	b = binary.AppendUvarint(b, deltaMinis)
	b = binary.AppendUvarint(b, uint64(n))
	b = binary.AppendVarint(b, v)
	for ; n > 1; n -= deltaBlock {
		b = append(b, 0, 0, 0, 0, 0)
	}
	return b
}

// unsigned is v without a sign, in the width of its type.
func unsigned[T number](v T) uint64 {
	if v32, ok := any(v).(int32); ok {
		return uint64(uint32(v32))
	}
	return uint64(v)
}

// appendPacked appends the values in that many bits each, the lowest first. Narrow
// ones are joined beforehand, by twos and fours: the loop that cuts them into
// words has the fewer turns.
func appendPacked(b []byte, values *[deltaMini]uint64, width int) []byte {
	if width == 0 {
		return b
	}
	begin := len(b)
	b = slices.Grow(b, width*deltaMiniBytes+8)[:begin+width*deltaMiniBytes]
	out := b[begin : begin+width*deltaMiniBytes+8]
	n := deltaMini
	for width <= 32 && n > deltaMini/4 {
		n /= 2
		for i := range n {
			values[i] = values[2*i] | values[2*i+1]<<width
		}
		width *= 2
	}
	word, filled, at := uint64(0), 0, 0
	for _, v := range values[:n] {
		word |= v << filled
		if filled += width; filled >= 64 {
			binary.LittleEndian.PutUint64(out[at:], word)
			at += 8
			filled -= 64
			word = v >> (width - filled) // 0 where nothing is left of v
		}
	}
	// 32 values of an odd width end in the middle of a word.
	binary.LittleEndian.PutUint64(out[at:], word)
	return b
}
