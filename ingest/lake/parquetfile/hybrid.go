package parquetfile

import (
	"encoding/binary"
	"slices"
)

const (
	packedGroup = 8               // values that are packed together
	leastRun    = 2 * packedGroup // of equal values: what is worth a run
)

// appendHybrid appends values of that many bits, at most 32, in the hybrid of runs
// and packed groups of eight (Encodings.md, "Run Length Encoding / Bit-Packing
// Hybrid"). Runs begin where groups do.
func appendHybrid(b []byte, values []int32, width int) []byte {
	begin := 0 // of the groups that are not yet written
	for i := 0; i < len(values); {
		run := equalValues(values[i:])
		if run < leastRun {
			i += packedGroup
			continue
		}
		b = appendGroups(b, values[begin:i], width)
		b = appendRun(b, values[i], run, width)
		i += run
		begin = i
	}
	return appendGroups(b, values[begin:], width)
}

// equalValues is how many whole groups of values, or all that there are, are equal
// to the first.
func equalValues(values []int32) int {
	if len(values) < packedGroup {
		return 0
	}
	first, v := values[0], values[:packedGroup]
	if (v[1]^first)|(v[2]^first)|(v[3]^first)|(v[4]^first)|(v[5]^first)|(v[6]^first)|(v[7]^first) != 0 {
		return 0
	}
	n := packedGroup
	for n < len(values) && values[n] == first {
		n++
	}
	if n < len(values) {
		n -= n % packedGroup
	}
	return n
}

func appendRun(b []byte, v int32, n, width int) []byte {
	b = binary.AppendUvarint(b, uint64(n)<<1)
	for ; width > 0; width -= 8 {
		b = append(b, byte(v))
		v >>= 8
	}
	return b
}

func appendGroups(b []byte, values []int32, width int) []byte {
	if len(values) == 0 {
		return b
	}
	groups := (len(values) + packedGroup - 1) / packedGroup
	b = binary.AppendUvarint(b, uint64(groups)<<1|1)
	begin := len(b)
	const beyond = 32 // bytes, of which the last groups write zeros
	b = slices.Grow(b, groups*width+beyond)[:begin+groups*width]
	out := b[begin : begin+groups*width+beyond]
	for ; len(values) >= packedGroup; values = values[packedGroup:] {
		packGroup(out, (*[packedGroup]int32)(values), width)
		out = out[width:]
	}
	if len(values) > 0 {
		var last [packedGroup]int32
		copy(last[:], values)
		packGroup(out, &last, width)
	}
	return b
}

// packGroup writes a group, and zeros behind it: up to 32 bytes in all.
func packGroup(out []byte, v *[packedGroup]int32, width int) {
	w := uint(width)
	two := func(i int) uint64 { return uint64(uint32(v[i])) | uint64(uint32(v[i+1]))<<w }
	if width > 16 {
		// By twos they fit a word, and the words overlap.
		clear(out[:32])
		for i := 0; i < packedGroup; i += 2 {
			bit := i * width
			word, shift := two(i), bit%8
			at := out[bit/8:]
			binary.LittleEndian.PutUint64(at, binary.LittleEndian.Uint64(at)|word<<shift)
			if shift > 0 && 2*width+shift > 64 {
				at[8] |= byte(word >> (64 - shift))
			}
		}
		return
	}
	low, high := two(0)|two(2)<<(2*w), two(4)|two(6)<<(2*w)
	binary.LittleEndian.PutUint64(out, low|high<<(4*w))
	if width > 8 {
		binary.LittleEndian.PutUint64(out[8:], high>>(64-4*w))
	}
}
