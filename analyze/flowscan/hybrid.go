package flowscan

import "encoding/binary"

// hybrid reads the runs of numbers of a few bits (Encodings.md, "Run Length
// Encoding / Bit-Packing Hybrid"): the indices of a dictionary, or levels.
type hybrid struct {
	src   []byte
	width uint
	left  int // values to come
}

// run is a stretch of values: all the same, or packed.
type run struct {
	n      int
	same   uint32
	packed []byte // nil: all are the same
	width  uint
}

// next returns the next stretch.
func (h *hybrid) next() (run, error) {
	r := varints{src: h.src}
	head := r.unsigned()
	n := head >> 1
	if r.bad || n == 0 {
		return run{}, errPage
	}
	if head&1 == 0 {
		bytes := int(h.width+7) / 8 //nolint:gosec // at most 4
		if len(r.src) < bytes {
			return run{}, errPage
		}
		var b [4]byte
		copy(b[:], r.src[:bytes])
		h.src = r.src[bytes:]
		return h.take(run{n: int(min(n, 1<<31)), same: binary.LittleEndian.Uint32(b[:])}), nil //nolint:gosec // bounded
	}
	// The last groups of eight may be cut where the values end.
	n = min(n, uint64(h.left+7)/8)                    //nolint:gosec // not negative
	bytes := min(int(n)*int(h.width), len(r.src))     //nolint:gosec // bounded
	if min(int(n)*8, h.left)*int(h.width) > bytes*8 { //nolint:gosec // bounded
		return run{}, errPage
	}
	packed := r.src[:bytes:bytes]
	h.src = r.src[bytes:]
	if h.width == 0 {
		return h.take(run{n: int(n) * 8}), nil //nolint:gosec // bounded
	}
	return h.take(run{n: int(n) * 8, packed: packed, width: h.width}), nil //nolint:gosec // bounded
}

// pass goes past the stretches that are among the next n values, as far as it
// is quick, and returns how many values those have. What is wrong is left to next.
func (h *hybrid) pass(n int) int {
	n = min(n, h.left)
	passed, src := 0, h.src
	bytes := [2]int{int(h.width+7) / 8, int(h.width)} //nolint:gosec // at most 32
	for len(src) > 0 && src[0] < 0x80 {
		head := int(src[0])
		packed := head & 1
		count := head >> 1 << (3 * packed)
		size := 1 + bytes[packed]*(1+(head>>1-1)*packed)
		if count == 0 || count > n-passed || size > len(src) {
			break
		}
		src = src[size:]
		passed += count
	}
	h.src, h.left = src, h.left-passed
	return passed
}

func (h *hybrid) take(r run) run {
	r.n = min(r.n, h.left)
	h.left -= r.n
	return r
}

// at is a value of the stretch.
func (r *run) at(i int) uint32 {
	if r.packed == nil {
		return r.same
	}
	bit := uint(i) * r.width //nolint:gosec // not negative
	b := r.packed[bit/8:]
	word := uint64(0)
	if len(b) >= 8 {
		word = binary.LittleEndian.Uint64(b)
	} else {
		for k, v := range b {
			word |= uint64(v) << (8 * k)
		}
	}
	return uint32(word >> (bit % 8) & (1<<r.width - 1)) //nolint:gosec // at most 32 bits
}
