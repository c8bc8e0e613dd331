package upkeep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"minewatch/ingest/flow"
)

const (
	readRows  = 16 << 10 // read from an input at a time
	chunkRows = 8 << 10  // of a run in memory while runs are merged
)

// sorter sorts the rows of any number of files in bounded memory: it fills a
// buffer, sorts it, and, when more is to come, puts it aside as a run on disk.
type sorter struct {
	layout *layout
	dir    string // for the runs
	limit  int    // rows of a run

	buffer *rows
	runs   []source
	rows   int64
	sums   []uint64
}

// source is sorted rows, a chunk at a time.
type source interface {
	// next replaces what is in chunk; there is nothing more when that stays
	// empty.
	next(chunk *rows) error
	close() error
}

func newSorter(dir string, limit int) *sorter {
	l := newLayout()
	return &sorter{layout: l, dir: dir, limit: limit, buffer: l.newRows(), sums: make([]uint64, len(flow.Columns))}
}

// read adds the rows of a flow file. Its decoder was not made for files that
// are damaged, so a panic of it is an error of the file.
func (s *sorter) read(ctx context.Context, path string) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("is damaged: %v", fault)
		}
		if err != nil {
			err = fmt.Errorf("read %s: %w", path, err)
		}
	}()
	parquetFile, err := file.OpenParquetFile(path, false)
	if err != nil {
		return err
	}
	defer parquetFile.Close() //nolint:errcheck // it was only read

	options := pqarrow.ArrowReadProperties{BatchSize: readRows}
	for i := range parquetFile.MetaData().Schema.NumColumns() {
		name := parquetFile.MetaData().Schema.Column(i).Name()
		if c := columnIndex(name); c >= 0 && s.layout.vocabularies[c] != nil {
			options.SetReadDict(i, true)
		}
	}
	reader, err := pqarrow.NewFileReader(parquetFile, options, memory.DefaultAllocator)
	if err != nil {
		return err
	}
	batches, err := reader.GetRecordReader(ctx, nil, nil)
	if err != nil {
		return err
	}
	defer batches.Release()
	for batches.Next() {
		if err := s.buffer.appendBatch(batches.RecordBatch()); err != nil {
			return err
		}
		if s.buffer.len() >= s.limit {
			if err := s.putAside(); err != nil {
				return err
			}
		}
	}
	return batches.Err()
}

// putAside writes the buffer as a run on disk.
func (s *sorter) putAside() (err error) {
	path := filepath.Join(s.dir, fmt.Sprintf("%06d.arrow", len(s.runs)+1))
	run, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, run.Close()) }()
	writer := ipc.NewWriter(run, ipc.WithSchema(s.layout.packed), ipc.WithLZ4())
	sorted, chunk := s.sortBuffer(), s.layout.newRows()
	for {
		if err := sorted.next(chunk); err != nil {
			return err
		}
		if chunk.len() == 0 {
			break
		}
		batch := chunk.record(s.layout.packed)
		err := writer.Write(batch)
		batch.Release()
		if err != nil {
			return err
		}
	}
	s.buffer.clear()
	s.runs = append(s.runs, &storedRun{layout: s.layout, path: path})
	return writer.Close()
}

// sorted are the sources that, merged, give all rows that were read.
func (s *sorter) sorted() []source {
	if s.buffer.len() == 0 {
		return s.runs
	}
	return append(s.runs, s.sortBuffer())
}

func (s *sorter) sortBuffer() *bufferedRun {
	type entry struct {
		key key
		row int32
	}
	s.rows += int64(s.buffer.len())
	s.buffer.addSums(s.sums)
	entries := make([]entry, s.buffer.len())
	for i := range entries {
		entries[i] = entry{s.buffer.key(i), int32(i)} //nolint:gosec // below the limit of a run
	}
	// Rows with equal keys keep their order, so that the same files give the
	// same bytes.
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(a.key.compare(&b.key), cmp.Compare(a.row, b.row))
	})
	run := &bufferedRun{rows: s.buffer, order: make([]pick, len(entries))}
	for i := range entries {
		run.order[i].row = entries[i].row
	}
	return run
}

// bufferedRun is sorted rows that are still in memory.
type bufferedRun struct {
	rows  *rows
	order []pick // what is left to give
}

func (b *bufferedRun) next(chunk *rows) error {
	chunk.clear()
	n := min(chunkRows, len(b.order))
	chunk.appendPicks([]*rows{b.rows}, b.order[:n])
	b.order = b.order[n:]
	return nil
}

func (b *bufferedRun) close() error { return nil }

// storedRun is sorted rows on disk. It is open from its first next on.
type storedRun struct {
	layout *layout
	path   string
	file   *os.File
	reader *ipc.Reader
}

func (r *storedRun) next(chunk *rows) error {
	chunk.clear()
	if r.file == nil {
		var err error
		if r.file, err = os.Open(r.path); err != nil {
			return err
		}
		if r.reader, err = ipc.NewReader(r.file); err != nil {
			return fmt.Errorf("read %s: %w", r.path, err)
		}
	}
	if !r.reader.Next() {
		return r.reader.Err()
	}
	return chunk.appendPacked(r.reader.RecordBatch())
}

func (r *storedRun) close() error {
	if r.reader != nil {
		r.reader.Release()
	}
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}
