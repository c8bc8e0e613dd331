package lake

import "minewatch/ingest/flow"

// Rows are gathered for row groups by side: those from a service apart from
// those to one, each in the order of their receipt. Of two rows in a row, one is
// often the answer to the other, with everything the other way round; apart, a
// column is of one kind: ports of services or of clients, hosts or servers, one
// interface or the others. It is smaller by a quarter for it, and no sorting.
const sides = 2

// SideOf is the side of a row. It tells services by their port, which is the lower.
func SideOf(b *flow.Batch, row int) int {
	if b.SrcPort[row] < b.DstPort[row] {
		return 0
	}
	return 1
}

// bySide is the rows of a batch of either side, as indices.
type bySide [sides][]int32

// of finds those of the rows from to end. The memory is used again.
func (s *bySide) of(b *flow.Batch, from, end int) *bySide {
	for side := range s {
		s[side] = s[side][:0]
	}
	for row := from; row < end; row++ {
		side := SideOf(b, row)
		s[side] = append(s[side], int32(row)) //nolint:gosec // a batch has fewer rows
	}
	return s
}
