package flowscan

import (
	"encoding/binary"
	"errors"
)

// errPage is the fault of a page whose bytes are not what its header says.
var errPage = errors.New("a page is damaged")

const (
	mini   = 32       // values that are unpacked at once; a miniblock has a multiple of them
	blocks = 8 * mini // values that are handed over at once
)

// delta reads DELTA_BINARY_PACKED (Encodings.md, "Delta Encoding"): the first
// value, and then blocks of what each is more than the one before.
type delta struct {
	src    []byte
	left   int    // values to come
	value  uint64 // the last one
	narrow bool   // they wrap around at 32 bits

	fresh    bool   // the first value is still to come
	perBlock int    // miniblocks
	perMini  int    // values
	least    uint64 // of the block at hand
	widths   []byte // of its miniblocks to come
	width    uint
	inMini   int // values of the miniblock at hand to come
	out      [blocks]int64
	last     window
}

// begin reads the header of a page of n values.
func (d *delta) begin(src []byte, n int, narrow bool) error {
	r := varints{src: src}
	size, minis, total, first := r.unsigned(), r.unsigned(), r.unsigned(), r.signed()
	if r.bad || minis == 0 || size == 0 || size > 1<<20 || size%(minis*mini) != 0 || total != uint64(n) { //nolint:gosec // not negative
		return errPage
	}
	d.src, d.left, d.value, d.narrow, d.fresh = r.src, n, first, narrow, n > 0
	d.perBlock, d.perMini = int(minis), int(size/minis) //nolint:gosec // at most 1<<20
	d.widths, d.inMini = nil, 0
	return nil
}

// next returns the next values, valid until the next call; none at the end.
func (d *delta) next() ([]int64, error) {
	n := 0
	if d.fresh {
		d.fresh = false
		d.out[0] = int64(d.value) //nolint:gosec // a bit pattern
		d.left--
		n = 1
	}
	for d.left > 0 && n+mini <= len(d.out) {
		if err := d.prepare(); err != nil {
			return nil, err
		}
		length := int(d.width) * mini / 8 //nolint:gosec // at most 256
		if length > len(d.src) {
			return nil, errPage
		}
		d.value = unpack((*[mini]int64)(d.out[n:]), d.ahead(), d.width, d.value, d.least)
		d.src = d.src[length:]
		d.inMini -= mini
		take := min(mini, d.left)
		n += take
		d.left -= take
	}
	if d.narrow {
		for i, v := range d.out[:n] {
			d.out[i] = int64(int32(v)) //nolint:gosec // it wraps around
		}
	}
	return d.out[:n], nil
}

// prepare goes on to the next miniblock where the one at hand is used up.
func (d *delta) prepare() error {
	if d.inMini > 0 {
		return nil
	}
	if len(d.widths) == 0 {
		r := varints{src: d.src}
		d.least = r.signed()
		if r.bad || len(r.src) < d.perBlock {
			return errPage
		}
		d.widths, d.src = r.src[:d.perBlock], r.src[d.perBlock:]
	}
	d.width, d.widths, d.inMini = uint(d.widths[0]), d.widths[1:], d.perMini
	if d.width > 64 {
		return errPage
	}
	return nil
}

// window is what unpack may read: the longest miniblock, and the rest of a word
// behind it.
type window [mini*8 + 8]byte

// ahead is the next bytes, in a copy where the page has no more.
func (d *delta) ahead() *window {
	if len(d.src) >= len(d.last) {
		return (*window)(d.src)
	}
	clear(d.last[copy(d.last[:], d.src):])
	return &d.last
}

// unpack reads the values of that many bits each, the lowest first, and adds
// them up. A word has several narrow ones. The masks of places tell the
// compiler that they are within the window.
func unpack(out *[mini]int64, src *window, width uint, value, least uint64) uint64 {
	const place = uint(len(window{}) - 9)
	mask := uint64(1)<<width - 1
	switch bit := uint(0); {
	case width == 0:
		for i := range out {
			value += least
			out[i] = int64(value) //nolint:gosec // a bit pattern
		}
	case width <= 14: // with what is before it in its first byte, four fit a word
		for i := 0; i < mini; i += 4 {
			word := binary.LittleEndian.Uint64(src[bit/8&place:]) >> (bit % 8)
			v0 := value + least + word&mask
			word >>= width & 63
			v1 := v0 + least + word&mask
			word >>= width & 63
			v2 := v1 + least + word&mask
			word >>= width & 63
			value = v2 + least + word&mask
			out[i], out[i+1], out[i+2], out[i+3] = int64(v0), int64(v1), int64(v2), int64(value) //nolint:gosec // bit patterns
			bit += 4 * width
		}
	case width <= 28:
		for i := 0; i < mini; i += 2 {
			word := binary.LittleEndian.Uint64(src[bit/8&place:]) >> (bit % 8)
			v0 := value + least + word&mask
			value = v0 + least + word>>(width&63)&mask
			out[i], out[i+1] = int64(v0), int64(value) //nolint:gosec // bit patterns
			bit += 2 * width
		}
	case width <= 57:
		for i := range out {
			value += least + binary.LittleEndian.Uint64(src[bit/8&place:])>>(bit%8)&mask
			out[i] = int64(value) //nolint:gosec // a bit pattern
			bit += width
		}
	default:
		for i := range out {
			b := src[bit/8&place:]
			value += least + (binary.LittleEndian.Uint64(b)>>(bit%8)|uint64(b[8])<<(64-bit%8))&mask
			out[i] = int64(value) //nolint:gosec // a bit pattern
			bit += width
		}
	}
	return value
}

// varints reads numbers of 7 bits a byte, the lowest first.
type varints struct {
	src []byte
	bad bool
}

func (r *varints) unsigned() uint64 {
	v, n := binary.Uvarint(r.src)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.src = r.src[n:]
	return v
}

// signed reads one of which the lowest bit is the sign.
func (r *varints) signed() uint64 {
	v := r.unsigned()
	return v>>1 ^ -(v & 1)
}
