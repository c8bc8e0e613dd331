package parquetfile

import "encoding/binary"

// leastRun is how many equal values are worth a run: packed, they would take
// as many bits as the values themselves.
const leastRun = 16

// appendHybrid appends values of that many bits in the hybrid of runs and packed
// groups of eight (Encodings.md, "Run Length Encoding / Bit-Packing Hybrid").
func appendHybrid(b []byte, values []int32, width int) []byte {
	packed := 0 // values before i that are not yet written
	for i := 0; i < len(values); {
		run := 1
		for i+run < len(values) && values[i+run] == values[i] {
			run++
		}
		// Groups are whole but for the last: a run gives the group before it
		// what that lacks.
		lacks := (8 - packed%8) % 8
		if run < leastRun+lacks {
			packed += run
			i += run
			continue
		}
		b = appendGroups(b, values[i-packed:i+lacks], width)
		b = appendRun(b, values[i], run-lacks, width)
		i += run
		packed = 0
	}
	return appendGroups(b, values[len(values)-packed:], width)
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
	groups := (len(values) + 7) / 8
	b = binary.AppendUvarint(b, uint64(groups)<<1|1)
	word, filled := uint64(0), 0
	for i := range groups * 8 {
		if i < len(values) {
			word |= uint64(uint32(values[i])) << filled
		}
		for filled += width; filled >= 8; filled -= 8 {
			b = append(b, byte(word))
			word >>= 8
		}
	}
	return b
}
