package flowscan

// #cgo CFLAGS: -O3 -Wall -Wextra
// #include "kernel.h"
import "C"

import (
	"slices"
	"unsafe"
)

// avx2 is kernel_amd64.c.
type avx2 struct{}

func init() {
	if C.flowscan_ready() != 0 {
		vectors = avx2{}
	}
}

// The place of a page is the same memory on both sides.
var _ = [1]struct{}{}[unsafe.Sizeof(place{})-unsafe.Sizeof(C.struct_deltas{})]

// batch is how many marks a call of the kernel may make.
const batch = 1024

// inC is what the kernel is told of a page.
func (d *delta) inC() (*C.uint8_t, C.int64_t, *C.struct_deltas) {
	return (*C.uint8_t)(unsafe.SliceData(d.src)), C.int64_t(len(d.src)), (*C.struct_deltas)(unsafe.Pointer(&d.place))
}

func (avx2) mark(d *delta, f *filter, to *marks) error {
	src, length, place := d.inC()
	single, singleShift := f.single.inC()
	block, blockShift := f.block.inC()
	for d.left > 0 {
		n := len(to.rows)
		to.rows, to.values = slices.Grow(to.rows, batch)[:n+batch], slices.Grow(to.values, batch)[:n+batch]
		found := C.flowscan_mark(src, length, place, single, singleShift, block, blockShift, C.int(f.free),
			(*C.int32_t)(&to.rows[n]), (*C.int64_t)(&to.values[n]), batch)
		to.rows, to.values = to.rows[:n+max(int(found), 0)], to.values[:n+max(int(found), 0)]
		if found < 0 {
			return errPage
		}
	}
	return nil
}

func (avx2) pick(d *delta, rows []int32, out []int64) ([]int32, []int64, error) {
	if len(rows) == 0 {
		return rows, out, nil
	}
	src, length, place := d.inC()
	n := len(out)
	out = slices.Grow(out, len(rows))[:n+len(rows)]
	picked := C.flowscan_pick(src, length, place, (*C.int32_t)(&rows[0]), C.int64_t(len(rows)), (*C.int64_t)(&out[n]))
	out = out[:n+max(int(picked), 0)]
	if picked < 0 {
		return rows, out, errPage
	}
	if d.narrow {
		narrowed(out[n:])
	}
	return rows[picked:], out, nil
}

func (avx2) all(d *delta, out []int64) ([]int64, error) {
	src, length, place := d.inC()
	n := len(out)
	out = slices.Grow(out, int(d.left)+mini)[:n+int(d.left)+mini]
	for done := n; d.left > 0; {
		made := C.flowscan_values(src, length, place, (*C.int64_t)(&out[done]), C.int64_t(len(out)-done))
		if made < 0 {
			return out[:done], errPage
		}
		done += int(made)
	}
	out = out[:len(out)-mini]
	if d.narrow {
		narrowed(out[n:])
	}
	return out, nil
}

// inC is what the kernel is told of a sieve.
func (s *sieve) inC() (*C.uint32_t, C.int) {
	if s == nil {
		return nil, 0
	}
	return (*C.uint32_t)(&s.words[0]), C.int(s.shift)
}
