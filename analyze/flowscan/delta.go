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
	place
	src    []byte // of the page, behind its header
	narrow bool   // values wrap around at 32 bits
	out    [blocks]int64
	last   window
}

// kernel does what mark, pick and all of a delta do, of 32 values at once.
type kernel interface {
	mark(d *delta, f *filter, to *marks) error
	pick(d *delta, rows []int32, out []int64) ([]int32, []int64, error)
	all(d *delta, out []int64) ([]int64, error)
}

// vectors is that of the processor, nil where it has none.
var vectors kernel

// place is how far a page was read. In C it is struct deltas, of kernel.h.
type place struct {
	value    uint64 // the last one; before the first, that
	least    uint64 // of the block at hand
	at       int64  // in the page
	left     int64  // values to come
	row      int64  // of the next value
	widths   int64  // where those of the block's miniblocks to come are
	perBlock int32  // miniblocks
	perMini  int32  // values
	minis    int32  // of the block at hand to come
	inMini   int32  // values of the miniblock at hand to come
	width    int32
	fresh    int32 // not 0: the first value is still to come
}

// begin reads the header of a page of n values, of which the first belongs to
// that row.
func (d *delta) begin(src []byte, first, n int, narrow bool) error {
	r := varints{src: src}
	size, minis, total, value := r.unsigned(), r.unsigned(), r.unsigned(), r.signed()
	if r.bad || minis == 0 || size == 0 || size > 1<<20 || minis > size || size%(minis*mini) != 0 || total != uint64(n) { //nolint:gosec // not negative
		return errPage
	}
	d.src, d.narrow = r.src, narrow
	d.place = place{value: value, left: int64(n), row: int64(first), perBlock: int32(minis), perMini: int32(size / minis), fresh: 1} //nolint:gosec // at most 1<<20
	return nil
}

// next returns the next values, valid until the next call; none at the end.
func (d *delta) next() ([]int64, error) {
	n := 0
	if d.fresh != 0 && d.left > 0 {
		d.fresh = 0
		d.out[0] = int64(d.value) //nolint:gosec // a bit pattern
		n = 1
	}
	left := int(d.left) - n
	for left > 0 && n+mini <= len(d.out) {
		if err := d.prepare(); err != nil {
			return nil, err
		}
		d.value = unpack((*[mini]int64)(d.out[n:]), d.ahead(), uint(d.width), d.value, d.least) //nolint:gosec // not negative
		d.at += int64(d.width) * mini / 8
		d.inMini -= mini
		take := min(mini, left)
		n += take
		left -= take
	}
	d.left -= int64(n)
	d.row += int64(n)
	if d.narrow {
		narrowed(d.out[:n])
	}
	return d.out[:n], nil
}

// mark appends the values that pass the filter, and their rows.
func (d *delta) mark(f *filter, to *marks) error {
	if vectors != nil && !d.narrow {
		return vectors.mark(d, f, to)
	}
	for d.left > 0 {
		row := int(d.row)
		values, err := d.next()
		if err != nil {
			return err
		}
		f.mark(values, row, to)
	}
	return nil
}

// pick appends the values of those of the rows, which are in order, that the
// page has, and returns the others.
func (d *delta) pick(rows []int32, out []int64) ([]int32, []int64, error) {
	if vectors != nil {
		return vectors.pick(d, rows, out)
	}
	for d.left > 0 && len(rows) > 0 {
		first := int(d.row)
		values, err := d.next()
		if err != nil {
			return rows, out, err
		}
		rows, out = pickOf(values, first, rows, out)
	}
	return rows, out, nil
}

// all appends every value.
func (d *delta) all(out []int64) ([]int64, error) {
	if vectors != nil {
		return vectors.all(d, out)
	}
	for d.left > 0 {
		values, err := d.next()
		if err != nil {
			return out, err
		}
		out = append(out, values...)
	}
	return out, nil
}

// narrowed leaves 32 bits of each value.
func narrowed(values []int64) {
	for i, v := range values {
		values[i] = int64(int32(v)) //nolint:gosec // it wraps around
	}
}

// prepare goes on to the next miniblock where the one at hand is used up.
func (d *delta) prepare() error {
	if d.inMini == 0 {
		if d.minis == 0 {
			r := varints{src: d.src[d.at:]}
			d.least = r.signed()
			if r.bad || len(r.src) < int(d.perBlock) {
				return errPage
			}
			d.widths = int64(len(d.src) - len(r.src))
			d.at, d.minis = d.widths+int64(d.perBlock), d.perBlock
		}
		d.width = int32(d.src[d.widths])
		d.widths++
		d.minis--
		d.inMini = d.perMini
	}
	if d.width > 64 || int64(d.width)*mini/8 > int64(len(d.src))-d.at {
		return errPage
	}
	return nil
}

// window is what unpack may read: the longest miniblock, and the rest of a word
// behind it.
type window [mini*8 + 8]byte

// ahead is the next bytes, in a copy where the page has no more.
func (d *delta) ahead() *window {
	src := d.src[d.at:]
	if len(src) >= len(d.last) {
		return (*window)(src)
	}
	clear(d.last[copy(d.last[:], src):])
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
