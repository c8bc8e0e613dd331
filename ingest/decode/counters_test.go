package decode_test

import (
	"math"
	"testing"
)

// TestCounters: an exporter may have several counters in one template, and
// the one that does not apply is zero, wherever it stands.
func TestCounters(t *testing.T) {
	for _, c := range []struct {
		name           string
		fields         []field
		values         []byte
		octets, packet int64
	}{
		{"deltas", []field{f(1, 4), f(2, 4)}, join(be(4, 1500), be(4, 3)), 1500, 3},
		{"zero OUT after IN", []field{f(1, 4), f(2, 4), f(23, 4), f(24, 4)}, join(be(4, 1500), be(4, 3), be(4, 0), be(4, 0)), 1500, 3},
		{"zero IN before OUT", []field{f(1, 4), f(2, 4), f(23, 4), f(24, 4)}, join(be(4, 0), be(4, 0), be(4, 900), be(4, 2)), 900, 2},
		{"OUT alone", []field{f(23, 8), f(24, 8)}, join(be(8, 900), be(8, 2)), 900, 2},
		{"IN and OUT both: what came in", []field{f(23, 4), f(1, 4), f(24, 4), f(2, 4)}, join(be(4, 900), be(4, 1500), be(4, 2), be(4, 3)), 1500, 3},
		{"totals (85, 86)", []field{f(85, 8), f(86, 8)}, join(be(8, 777), be(8, 7)), 777, 7},
		{"totals beside zero deltas", []field{f(85, 4), f(86, 4), f(1, 4), f(2, 4)}, join(be(4, 777), be(4, 7), be(4, 0), be(4, 0)), 777, 7},
		{"deltas beside totals", []field{f(85, 4), f(86, 4), f(1, 4), f(2, 4)}, join(be(4, 777), be(4, 7), be(4, 70), be(4, 1)), 70, 1},
		{"initiator (231, 298)", []field{f(231, 4), f(298, 4)}, join(be(4, 640), be(4, 5)), 640, 5},
		{"layer 2 (352)", []field{f(352, 8), f(2, 4)}, join(be(8, 1514), be(4, 1)), 1514, 1},
		{"layer 2 beside layer 3", []field{f(352, 8), f(1, 4)}, join(be(8, 1514), be(4, 1500)), 1500, 0},
		{"the first of two that is not zero", []field{f(1, 4), f(1, 4)}, join(be(4, 0), be(4, 55)), 55, 0},
		{"1 and 3 bytes", []field{f(1, 3), f(2, 1)}, join(be(3, 70_000), be(1, 255)), 70_000, 255},
		{"more than the lake can hold", []field{f(1, 8), f(2, 16)}, join(be(8, math.MaxUint64), []byte{1}, be(15, 0)), math.MaxInt64, math.MaxInt64},
		{"a wide field of a small number", []field{f(1, 16)}, be(16, 5), 5, 0},
		{"none", []field{f(4, 1)}, be(1, 6), 0, 0},
		{"no bytes at all for one of two", []field{f(23, 0), f(1, 4), f(24, 0), f(2, 4)}, join(be(4, 64), be(4, 2)), 64, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := decodeOne(t, v9(set(0, template(256, c.fields...)), set(256, c.values)))
			if r.Bytes != c.octets || r.Packets != c.packet {
				t.Errorf("%d bytes, %d packets, want %d and %d", r.Bytes, r.Packets, c.octets, c.packet)
			}
		})
	}
}
