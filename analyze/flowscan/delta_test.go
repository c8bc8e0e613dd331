package flowscan_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"minewatch/analyze/flowscan"
)

// grid is how a page is cut into blocks.
type grid struct{ block, minis int }

// grids are those of parquet-mr, arrow-go and this program's writer; of DuckDB;
// and others that the format allows.
var grids = []grid{{128, 4}, {2048, 8}, {256, 1}, {32, 1}, {96, 3}}

// encode writes n random values whose deltas need exactly so many bits, most of
// the time, and returns them, too.
func encode(rng *rand.Rand, g grid, n, width int) ([]byte, []int64) {
	least := rng.Uint64() >> rng.IntN(64)
	if rng.IntN(2) == 0 {
		least = -least
	}
	value := rng.Uint64() >> rng.IntN(64)
	b := binary.AppendUvarint(nil, uint64(g.block)) //nolint:gosec // not negative
	b = binary.AppendUvarint(b, uint64(g.minis))    //nolint:gosec // not negative
	b = binary.AppendUvarint(b, uint64(n))          //nolint:gosec // not negative
	b = binary.AppendVarint(b, int64(value))        //nolint:gosec // a bit pattern
	if n == 0 {
		return b, nil
	}
	values := []int64{int64(value)} //nolint:gosec // a bit pattern
	for len(values) < n {
		b = binary.AppendVarint(b, int64(least)) //nolint:gosec // a bit pattern
		at := len(b)
		b = append(b, make([]byte, g.minis)...)
		for mini := 0; mini < g.minis && len(values) < n; mini++ {
			bits := width
			if rng.IntN(8) == 0 {
				bits = rng.IntN(65)
			}
			b[at+mini] = byte(bits)
			packed := make([]byte, g.block/g.minis*bits/8)
			for i := range g.block / g.minis {
				above := uint64(0)
				if bits > 0 {
					above = rng.Uint64() >> (64 - bits)
				}
				for k := range bits {
					packed[(i*bits+k)/8] |= byte(above>>k&1) << ((i*bits + k) % 8)
				}
				value += least + above
				if len(values) < n {
					values = append(values, int64(value)) //nolint:gosec // a bit pattern
				}
			}
			b = append(b, packed...)
		}
	}
	return b, values
}

// ways does it with and without vectors.
func ways(t *testing.T, do func(t *testing.T)) {
	t.Helper()
	if !flowscan.HasVectors() {
		t.Log("the processor has no vectors that are used")
	}
	t.Run("vectors", do)
	t.Run("plain", func(t *testing.T) { flowscan.WithoutVectors(func() { do(t) }) })
}

// TestDeltas: values of every width, in pages of every shape, are what was
// written, all of them, some of them, and those that a sieve holds.
func TestDeltas(t *testing.T) {
	ways(t, func(t *testing.T) {
		t.Helper()
		rng := rand.New(rand.NewPCG(8, 9))
		for width := range 65 {
			for _, g := range grids {
				few := []int{0, 1, 2, 32, 33, 34, 64, 65, 128, 129} // every one of them with some widths
				for _, n := range []int{few[rng.IntN(len(few))], 130 + rng.IntN(300), 2049 + rng.IntN(900)} {
					content, values := encode(rng, g, n, width)
					checkDeltas(t, rng, fmt.Sprintf("width %d, %+v, %d values", width, g, n), content, values)
				}
			}
		}
	})
}

func checkDeltas(t *testing.T, rng *rand.Rand, name string, content []byte, values []int64) {
	t.Helper()
	first := rng.IntN(1000)
	for _, narrow := range []bool{false, true} {
		page := &flowscan.DeltaPage{Bytes: content, First: first, Values: len(values), Narrow: narrow}
		want := slices.Clone(values)
		for i, v := range want {
			if narrow {
				want[i] = int64(int32(v)) //nolint:gosec // it wraps around
			}
		}
		if got, err := page.All(); err != nil || !slices.Equal(got, want) {
			t.Fatalf("%s: all: %v, want %v: %v", name, got, want, err)
		}
		var rows []int32
		var picked []int64
		often := 1 + rng.IntN(200)
		for i, v := range want {
			if rng.IntN(often) == 0 {
				rows, picked = append(rows, int32(first+i)), append(picked, v) //nolint:gosec // few
			}
		}
		behind := []int32{int32(first + len(values)), int32(first + len(values) + 40)} //nolint:gosec // few
		got, left, err := page.Pick(append(rows, behind...))
		if err != nil || !slices.Equal(got, picked) || !slices.Equal(left, behind) {
			t.Fatalf("%s: rows %v: %v, want %v; left %v: %v", name, rows, got, picked, left, err)
		}
		checkMarks(t, rng, name, page, want)
	}
}

func checkMarks(t *testing.T, rng *rand.Rand, name string, page *flowscan.DeltaPage, values []int64) {
	t.Helper()
	var singles []flowscan.Address
	var ranges []flowscan.Range
	for _, v := range values {
		if rng.IntN(100) == 0 {
			singles = append(singles, flowscan.Address{Lo: v})
		}
		if rng.IntN(500) == 0 {
			ranges = append(ranges, flowscan.Range{First: flowscan.Address{Lo: v &^ 255}, Last: flowscan.Address{Lo: v | 255}})
		}
	}
	for _, w := range []*flowscan.Wanted{
		flowscan.NewWanted(singles, nil), flowscan.NewWanted(nil, ranges), flowscan.NewWanted(singles, ranges),
		flowscan.NewWanted(nil, []flowscan.Range{{Last: flowscan.Address{Lo: -1}}}), // all of them
	} {
		var rows []int32
		var marked []int64
		for i, v := range values {
			if w.May(v) {
				rows, marked = append(rows, int32(page.First+i)), append(marked, v) //nolint:gosec // few
			}
		}
		gotRows, got, err := page.Mark(w)
		if err != nil || !slices.Equal(gotRows, rows) || !slices.Equal(got, marked) {
			t.Fatalf("%s: rows %v, want %v: %v", name, gotRows, rows, err)
		}
	}
}

// fence is memory for pages behind which nothing may be read.
func fence(tb testing.TB, size int) []byte {
	tb.Helper()
	page := unix.Getpagesize()
	size = (size + page - 1) / page * page
	memory, err := unix.Mmap(-1, 0, size+page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = unix.Munmap(memory) })
	if err := unix.Mprotect(memory[size:], unix.PROT_NONE); err != nil {
		tb.Fatal(err)
	}
	return memory[:size:size]
}

// TestDeltasCut: of a page that is cut short, or of which a byte is another,
// nothing is read that is behind it, and the values, or the fault, are those
// of the way without vectors.
func TestDeltasCut(t *testing.T) {
	rng := rand.New(rand.NewPCG(10, 11))
	memory := fence(t, 1<<16)
	wanted := flowscan.NewWanted([]flowscan.Address{{Lo: 7}}, []flowscan.Range{{Last: flowscan.Address{Lo: 1 << 60}}})
	faults := 0
	for width := range 65 {
		for _, g := range grids {
			content, values := encode(rng, g, 34+rng.IntN(300), width)
			for range 30 {
				cut := content[:len(content)-rng.IntN(min(len(content), 600))]
				page := &flowscan.DeltaPage{Bytes: memory[len(memory)-len(cut):], Values: len(values)}
				copy(page.Bytes, cut)
				if len(cut) > 0 && rng.IntN(2) == 0 {
					page.Bytes[rng.IntN(len(cut))] ^= 1 << rng.IntN(8)
				}
				if !sameWays(t, page, wanted) {
					faults++
				}
			}
		}
	}
	if faults == 0 {
		t.Error("no fault was found")
	}
}

// sameWays holds both ways beside each other, and says whether the page is whole.
func sameWays(t *testing.T, page *flowscan.DeltaPage, wanted *flowscan.Wanted) bool {
	t.Helper()
	values, err := page.All()
	rows, marked, errMark := page.Mark(wanted)
	last := int32(page.First + page.Values - 1) //nolint:gosec // few
	picked, _, errPick := page.Pick([]int32{last})
	flowscan.WithoutVectors(func() {
		if want, fault := page.All(); (err == nil) != (fault == nil) || err == nil && !slices.Equal(values, want) {
			t.Errorf("all: %v, %v; without vectors %v, %v", values, err, want, fault)
		}
		if wantRows, want, fault := page.Mark(wanted); (errMark == nil) != (fault == nil) || errMark == nil && (!slices.Equal(rows, wantRows) || !slices.Equal(marked, want)) {
			t.Errorf("marked: %v, %v; without vectors %v, %v", rows, errMark, wantRows, fault)
		}
		if want, _, fault := page.Pick([]int32{last}); (errPick == nil) != (fault == nil) || errPick == nil && !slices.Equal(picked, want) {
			t.Errorf("picked: %v, %v; without vectors %v, %v", picked, errPick, want, fault)
		}
	})
	return err == nil
}

// FuzzDeltas: whatever is in a page, both ways say the same of it.
func FuzzDeltas(f *testing.F) {
	rng := rand.New(rand.NewPCG(12, 13))
	for _, width := range []int{0, 1, 7, 33, 57, 58, 64} {
		for _, g := range grids {
			content, values := encode(rng, g, 200, width)
			f.Add(content, uint16(len(values))) //nolint:gosec // few
		}
	}
	for _, minis := range []uint64{0, 5, 129, 1 << 59, 1<<59 + 4} { // of which some, by 32, are more than 64 bits hold
		header := binary.AppendUvarint(binary.AppendUvarint(binary.AppendUvarint(nil, 128), minis), 40)
		f.Add(append(header, make([]byte, 100)...), uint16(40))
	}
	f.Fuzz(func(t *testing.T, content []byte, n uint16) {
		page := &flowscan.DeltaPage{Bytes: slices.Clip(bytes.Clone(content)), Values: int(n)}
		sameWays(t, page, flowscan.NewWanted([]flowscan.Address{{Lo: 7}}, []flowscan.Range{{Last: flowscan.Address{Lo: 1 << 60}}}))
	})
}
