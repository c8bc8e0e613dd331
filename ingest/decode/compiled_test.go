package decode_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
	"minewatch/ingest/source"
)

// twins decode the same datagrams by the fast ways and by goflow2's
// decoders, and have to come to the same records and counts.
type twins struct{ compiled, reference *decode.Decoder }

func newTwins(o decode.Options) twins {
	compiled := decode.New(o)
	o.Reference = true
	return twins{compiled, decode.New(o)}
}

// decode returns how many records the datagram had.
func (w twins) decode(tb testing.TB, from netip.AddrPort, at time.Time, payload []byte) int {
	tb.Helper()
	got := w.compiled.Decode(from, at, payload, nil)
	want := w.reference.Decode(from, at, payload, nil)
	if !slices.Equal(want, got) { // answers of biflows come behind the other flows of their set
		slices.SortFunc(want, byText)
		slices.SortFunc(got, byText)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		tb.Fatalf("the fast way reads other records than goflow2 (-goflow2 +fast):\n%s", diff)
	}
	if diff := cmp.Diff(w.reference.Counts(), w.compiled.Counts()); diff != "" {
		tb.Fatalf("the fast way counts otherwise than goflow2 (-goflow2 +fast):\n%s", diff)
	}
	return len(got)
}

func byText(a, b flow.Record) int {
	if a.Bytes != b.Bytes {
		return int(a.Bytes - b.Bytes) // neither is negative, and most differ
	}
	return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
}

func TestCompiledOnCaptures(t *testing.T) {
	shared := os.Getenv("MINEWATCH_SHARED")
	if shared == "" {
		t.Skip("MINEWATCH_SHARED is not set: the real captures are not part of this repository, so NOTHING was compared")
	}
	dir := filepath.Join(shared, "captures")
	records := 0
	for _, row := range expected(t, filepath.Join(dir, "EXPECTED.tsv")) {
		both := newTwins(decode.Options{})
		for name := range strings.FieldsSeq(row["files"]) {
			records += both.decodeFile(t, filepath.Join(dir, "cases", name))
		}
	}
	if records < 1000 {
		t.Errorf("only %d records were compared", records)
	}
}

func (w twins) decodeFile(t *testing.T, path string) (records int) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	capture, err := source.OpenCapture(f)
	if err != nil {
		t.Fatal(err)
	}
	for {
		g, err := capture.Next()
		if errors.Is(err, io.EOF) {
			return records
		}
		if err != nil {
			t.Fatal(err)
		}
		records += w.decode(t, g.From, g.Received, g.Payload)
	}
}

// likely are the fields that random templates are made of: those that are read,
// most often in the lengths that routers use.
var likely = []field{
	f(1, 4), f(1, 8), f(2, 4), f(2, 8), f(23, 4), f(24, 8), f(85, 8), f(86, 4), f(171, 8), f(172, 4), f(231, 4), f(298, 4), f(232, 4), f(299, 4), f(352, 8), f(353, 8),
	f(8, 4), f(12, 4), f(8, 4), f(12, 4), f(8, 4), f(12, 4), f(27, 16), f(28, 16), f(27, 16), f(28, 16), f(60, 1), f(8, 3), f(28, 4),
	f(7, 2), f(11, 2), f(7, 2), f(11, 2), f(7, 4), f(180, 2), f(181, 2), f(182, 2), f(183, 2), f(4, 1), f(4, 1), f(4, 2), f(193, 1), f(6, 1), f(6, 2), f(6, 4),
	f(32, 2), f(139, 2), f(176, 1), f(177, 1), f(178, 1), f(179, 1), f(10, 2), f(10, 4), f(14, 2), f(14, 4), f(252, 4), f(253, 4), f(16, 4), f(17, 2),
	f(136, 1), f(61, 1), f(61, 2), f(225, 4), f(281, 16), f(227, 2), f(40001, 4), f(40003, 2),
	f(21, 4), f(22, 4), f(21, 4), f(22, 4), f(150, 4), f(151, 4), f(152, 8), f(153, 8), f(152, 8), f(153, 8), f(154, 8), f(155, 8), f(156, 8), f(157, 8), f(158, 4), f(159, 4),
	f(160, 8), f(161, 4), f(162, 4), f(322, 4), f(323, 8), f(324, 8), f(325, 8),
	f(34, 4), f(50, 2), f(48, 1), f(48, 4), f(302, 8), f(304, 2), f(305, 4), f(306, 4), f(309, 4), f(310, 4), f(311, 8),
	f(5, 1), f(9, 1), f(13, 1), f(15, 4), f(31, 4), f(210, 3), f(313, 40), f(315, 54), f(104, 20), f(0, 0), f(1, 9), f(2, 3), f(16, 12),
}

// number makes a field's value: often none, small, all ones, or a time that is
// near enough to be believed.
func number(rng *rand.Rand, f field) []byte {
	b := make([]byte, f.length)
	switch rng.IntN(6) {
	case 0:
	case 1:
		for i := range b {
			b[i] = 0xff
		}
	case 2, 3:
		if len(b) > 0 {
			b[len(b)-1] = []byte{1, 2, 6, 17, 58, 4}[rng.IntN(6)]
		}
	default:
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
	}
	near := now.Add(time.Duration(rng.IntN(4_000_000)-3_900_000) * time.Millisecond)
	switch {
	case rng.IntN(4) == 0:
	case f.element == 21 || f.element == 22:
		copy(b, be(4, uint64(uptime0-rng.Uint32N(4_000_000))))
	case f.element == 150 || f.element == 151:
		copy(b, be(4, uint64(near.Unix())))
	case f.element == 152 || f.element == 153:
		copy(b, ms(near))
	}
	return b
}

// varied is a list of fields with what only IPFIX has: names between them, numbers
// of variable length, and elements of the reverse direction.
func varied(rng *rand.Rand, list []field) (all []field) {
	names, numbers, reverse := rng.IntN(2), rng.IntN(8), rng.IntN(2)
	for _, f := range list {
		if names == 0 && rng.IntN(4) == 0 {
			all = append(all, field{[]uint16{82, 96, 371}[rng.IntN(3)], 65535, []uint32{0, 9}[rng.IntN(2)]})
		}
		if reverse == 0 && rng.IntN(3) == 0 {
			all = append(all, rf(f.element&0x7fff, f.length))
		}
		if reverse == 0 && rng.IntN(3) == 0 {
			all = append(all, rf([]uint16{1, 2, 6, 85, 86, 32, 136, 61}[rng.IntN(8)], []uint16{1, 2, 4}[rng.IntN(3)]))
		}
		if numbers == 0 && rng.IntN(6) == 0 {
			f.length = 65535
		}
		all = append(all, f)
	}
	return all
}

// value makes what a record has for a field: its number and, where its length
// varies, that before it.
func value(rng *rand.Rand, f field) []byte {
	if f.length != 65535 {
		return number(rng, f)
	}
	f.length = uint16([]int{0, 1, 2, 4, 8, 16, rng.IntN(30), rng.IntN(300)}[rng.IntN(8)])
	b := number(rng, f)
	if len(b) >= 255 || rng.IntN(5) == 0 {
		return join(be(1, 255), be(2, uint64(len(b))), b)
	}
	return join(be(1, uint64(len(b))), b)
}

// randomStream is a stream as the fuzzer has it, of exporters that send what no
// router does: rates, templates of likely fields, and data by them.
func randomStream(rng *rand.Rand) []byte {
	message, templates := v9, uint16(0)
	if rng.IntN(2) == 0 {
		message, templates = v10, 2
	}
	var list []field
	for range 1 + rng.IntN(24) {
		list = append(list, likely[rng.IntN(len(likely))])
	}
	if rng.IntN(2) == 0 {
		list = append(list, f(8, 4), f(12, 4))
	}
	if templates == 2 {
		list = varied(rng, list)
	}
	var datagrams [][]byte
	if rng.IntN(2) == 0 {
		datagrams = append(datagrams, samplers9(domain0, []field{f(48, 1), f(50, 4)}, join(be(1, 1), be(4, 100)), join(be(1, 2), be(4, 5000))))
	}
	datagrams = append(datagrams, message(set(templates, template(256, list...))))
	for range 1 + rng.IntN(3) {
		var rows []byte
		for range rng.IntN(40) {
			for _, f := range list {
				rows = append(rows, value(rng, f)...)
			}
		}
		if len(rows) > 0 && rng.IntN(3) == 0 {
			rows = append(rows, make([]byte, rng.IntN(60))...)
		}
		if rng.IntN(5) == 0 {
			rows = rows[:rng.IntN(len(rows)+1)]
		}
		if len(rows) < 60_000 {
			datagrams = append(datagrams, message(set(256, rows)))
		}
	}
	records := make([][]byte, rng.IntN(31))
	for i := range records {
		records[i] = make([]byte, 48)
		for j := range records[i] {
			records[i][j] = byte(rng.Uint32())
		}
	}
	datagrams = append(datagrams, v5(len(records), uint16(rng.Uint32()), records...), randomSFlow(rng, rng.IntN(2) == 0))
	return stream(datagrams...)
}

// decodeStream decodes a stream by both ways.
func (w twins) decodeStream(tb testing.TB, b []byte) (records int) {
	tb.Helper()
	for port := uint16(2055); len(b) >= 2; port ^= 1 {
		size := min(int(binary.BigEndian.Uint16(b)), len(b)-2)
		records += w.decode(tb, netip.AddrPortFrom(router.Addr(), port), now, b[2:2+size])
		b = b[2+size:]
	}
	return records
}

// fewer is how many of n random inputs are tried: a tenth of them under the race
// detector, which is slow and has nothing to find in one goroutine.
func fewer(n int) int {
	if underRace {
		return n / 10
	}
	return n
}

// TestCompiledOnRandomStreams has the same seed every time.
func TestCompiledOnRandomStreams(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 9))
	records, streams := 0, fewer(2000)
	for range streams {
		records += newTwins(decode.Options{}).decodeStream(t, randomStream(rng))
	}
	if records < 25*streams {
		t.Errorf("only %d records were compared", records)
	}
}

// FuzzCompiled compares on whatever the fuzzer finds, and on the random stream
// of every seed that it finds.
func FuzzCompiled(fuzz *testing.F) {
	for i, s := range seeds() {
		fuzz.Add(uint64(i), s)
	}
	fuzz.Fuzz(func(t *testing.T, seed uint64, b []byte) {
		both := newTwins(decode.Options{DefaultSampling: int32(seed % 3)})
		both.decodeStream(t, b)
		both.decodeStream(t, randomStream(rand.New(rand.NewPCG(seed, 1))))
	})
}

// What exporters usually send is read without a single allocation for its
// records.
func TestCompiledDoesNotAllocate(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates on its own")
	}
	for _, c := range usual() {
		t.Run(c.name, func(t *testing.T) {
			d := decode.New(decode.Options{})
			d.Decode(router, now, c.prepare, nil)
			out := flow.NewBatch(4096)
			if n := testing.AllocsPerRun(100, func() {
				out.Truncate(0)
				d.DecodeBatch(router, now, c.say, out)
			}); n > 1 {
				t.Errorf("%v allocations for a datagram of %d records", n, out.Len())
			}
			if out.Len() != c.records || out.Record(out.Len()-1).Bytes != c.lastBytes {
				t.Errorf("%d records, the last of %d bytes, want %d and %d", out.Len(), out.Record(out.Len()-1).Bytes, c.records, c.lastBytes)
			}
		})
	}
}
