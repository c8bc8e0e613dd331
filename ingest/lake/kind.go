package lake

import "minewatch/ingest/flow"

// Rows are gathered for row groups by kind: those from a service apart from
// those to one, and IPv4 apart from IPv6, each in the order of their receipt. Of
// two rows in a row, one is often the answer to the other, with everything the
// other way round; apart, a column is of one kind: ports of services or of
// clients, hosts or servers, one interface or the others. It is smaller by a
// quarter for it, and no sorting. And of columns whose values differ by as many
// bits as the widest of their neighbours, an IPv6 address among IPv4 ones makes
// all around it as wide as itself.
const kinds = 4

// KindOf is the kind of a row. It tells services by their port, which is the lower.
func KindOf(b *flow.Batch, row int) int {
	kind := 0
	if b.SrcPort[row] >= b.DstPort[row] {
		kind = 1
	}
	if b.SrcHi[row]|b.DstHi[row] != 0 {
		kind += 2
	}
	return kind
}

// byKind is the rows of a batch of each kind, as indices.
type byKind [kinds][]int32

// of finds those of the rows from to end. The memory is used again.
func (s *byKind) of(b *flow.Batch, from, end int) *byKind {
	for kind := range s {
		s[kind] = s[kind][:0]
	}
	for row := from; row < end; row++ {
		kind := KindOf(b, row)
		s[kind] = append(s[kind], int32(row)) //nolint:gosec // a batch has fewer rows
	}
	return s
}
