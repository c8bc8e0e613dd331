package upkeep

import (
	"cmp"
	"slices"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
)

// key is what a row is sorted by: kind, destination, source, time of receipt. Why
// it is this order stands in docs/decisions/0007.
type key [6]int64

func keyOf(b *flow.Batch, row int) key {
	return key{int64(lake.KindOf(b, row)), b.DstHi[row], b.DstLo[row], b.SrcHi[row], b.SrcLo[row], b.ReceivedAt[row]}
}

// kind is which row groups the row may be in.
func (k *key) kind() int64 { return k[0] }

func (k *key) compare(other *key) int {
	for i := range k {
		if k[i] != other[i] {
			return cmp.Compare(k[i], other[i])
		}
	}
	return 0
}

// sorted is rows in order, by row group.
type sorted interface {
	// next fills the group, which is empty, with the next rows: up to limit of
	// them, all of one kind. There is nothing more when it stays empty.
	next(group *flow.Group, limit int) error
	close() error
}

// sortedBatch is the rows of a batch in order.
type sortedBatch struct {
	batch  *flow.Batch
	order  []int32 // of what is left to give
	steady flow.Steadiness
}

func sortBatch(b *flow.Batch) *sortedBatch {
	type entry struct {
		key key
		row int32
	}
	entries := make([]entry, b.Len())
	for i := range entries {
		entries[i] = entry{keyOf(b, i), int32(i)} //nolint:gosec // a batch has fewer rows
	}
	// Rows with equal keys keep their order, so that the same files give the
	// same bytes.
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(a.key.compare(&b.key), cmp.Compare(a.row, b.row))
	})
	s := &sortedBatch{batch: b, order: make([]int32, len(entries)), steady: b.Steady(nil, 0, b.Len())}
	for i := range entries {
		s.order[i] = entries[i].row
	}
	return s
}

func (s *sortedBatch) next(group *flow.Group, limit int) error {
	n := min(limit, len(s.order))
	if n == 0 {
		return nil
	}
	kind := lake.KindOf(s.batch, int(s.order[0]))
	n, _ = slices.BinarySearchFunc(s.order[:n], kind, func(row int32, kind int) int {
		return cmp.Compare(lake.KindOf(s.batch, int(row)), kind+1)
	})
	s.give(group, n)
	return nil
}

// give adds the next n rows to the group.
func (s *sortedBatch) give(group *flow.Group, n int) {
	group.Append(s.batch, s.order[:n], s.steady)
	s.order = s.order[n:]
}

func (s *sortedBatch) close() error { return nil }
