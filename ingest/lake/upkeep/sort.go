package upkeep

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/apache/arrow-go/v18/arrow"

	"minewatch/ingest/flow"
)

// sorter sorts the rows of any number of files in bounded memory: it fills a
// batch, sorts it, and, when more is to come, puts it aside as a run on disk.
type sorter struct {
	dir   string // for the runs
	limit int    // rows of a run

	batch *flow.Batch
	read  *flow.Group // the rows that were read last
	runs  []string
	rows  int64
	sums  sums
}

func newSorter(dir string, limit int) *sorter {
	return &sorter{dir: dir, limit: limit, batch: flow.NewBatch(0), read: flow.NewGroup(), sums: newSums()}
}

// readFile adds the rows of a flow file.
func (s *sorter) readFile(ctx context.Context, path string) error {
	return readFlows(ctx, path, func(rows arrow.RecordBatch) error {
		begin := s.batch.Len()
		s.batch.AppendArrow(rows)
		s.count(begin)
		if s.batch.Len() < s.limit {
			return nil
		}
		return s.putAside()
	})
}

// count adds the rows from begin on to what was read.
func (s *sorter) count(begin int) {
	rows := make([]int32, s.batch.Len()-begin)
	for i := range rows {
		rows[i] = int32(begin + i) //nolint:gosec // a batch has fewer rows
	}
	s.read.Reset()
	s.read.Append(s.batch, rows, s.batch.Steady(nil, begin, s.batch.Len()))
	s.sums.add(s.read)
	s.rows += int64(len(rows))
}

// putAside writes the batch as a run on disk.
func (s *sorter) putAside() error {
	path := filepath.Join(s.dir, fmt.Sprintf("%06d.arrows", len(s.runs)+1))
	if err := writeRun(path, sortBatch(s.batch)); err != nil {
		return err
	}
	s.batch.Reset()
	s.runs = append(s.runs, path)
	return nil
}

// sorted gives all rows that were read.
func (s *sorter) sorted() (sorted, error) {
	if len(s.runs) == 0 {
		return sortBatch(s.batch), nil
	}
	if s.batch.Len() > 0 {
		if err := s.putAside(); err != nil {
			return nil, err
		}
	}
	s.batch = nil // its memory is for the merge
	return newMerge(s.runs)
}
