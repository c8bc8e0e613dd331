package upkeep

import (
	"errors"
	"fmt"
	"os"

	"github.com/apache/arrow-go/v18/arrow/ipc"

	"minewatch/ingest/flow"
)

// chunkRows of each run are in memory while runs are merged, and up to twice as
// many once they are given.
const chunkRows = 8 << 10

// writeRun writes sorted rows to a file: a stream of Arrow records.
func writeRun(path string, rows *sortedBatch) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	w := ipc.NewWriter(file, ipc.WithSchema(flow.Schema()), ipc.WithLZ4())
	group, chunk := flow.NewGroup(), flow.NewBatch(chunkRows)
	for len(rows.order) > 0 {
		group.Reset()
		rows.give(group, min(chunkRows, len(rows.order)))
		chunk.Truncate(0) // and not Reset, which would make another dictionary of each
		group.Tail(chunk, 0, group.Len())
		record := chunk.Arrow()
		err := w.Write(record)
		record.Release()
		if err != nil {
			return err
		}
	}
	return w.Close()
}

// run is sorted rows on disk, being read.
type run struct {
	path   string
	file   *os.File
	reader *ipc.Reader
}

func openRun(path string) (*run, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	reader, err := ipc.NewReader(file)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read %s: %w", path, err), file.Close())
	}
	return &run{path, file, reader}, nil
}

// next adds the next chunk to b, if there is one.
func (r *run) next(b *flow.Batch) error {
	if r.reader.Next() {
		b.AppendArrow(r.reader.RecordBatch())
		return nil
	}
	if err := r.reader.Err(); err != nil {
		return fmt.Errorf("read %s: %w", r.path, err)
	}
	return nil
}

func (r *run) close() error {
	r.reader.Release()
	return r.file.Close()
}
