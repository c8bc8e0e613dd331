package upkeep

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"minewatch/ingest/lake"
)

// bloomColumns are what a row group can be asked for without reading it. The
// lower halves suffice: two addresses rarely share one.
var bloomColumns = []string{"src_lo", "dst_lo"}

// Chosen by measurement, see docs/decisions/0007.
const (
	compressionLevel = 3
	bloomMistakes    = 0.01 // row groups read in vain
)

// output writes sorted rows to files of bounded length.
type output struct {
	dir      string // the files' folder
	prefix   string // of their names
	fileRows int64

	file  *os.File
	w     *pqarrow.FileWriter
	state lake.File // of the file being written
	files []lake.File
	sums  []uint64
	rows  int64
}

// writeOnly hides the file's Close from the Parquet writer, which would call
// it before the bytes are on the disk.
type writeOnly struct{ *os.File }

func (writeOnly) Close() error { return nil }

func properties() *parquet.WriterProperties {
	more := []parquet.WriterProperty{
		// An hour is compacted once and read for months.
		parquet.WithCompressionLevel(compressionLevel),
	}
	for _, name := range bloomColumns {
		more = append(more,
			parquet.WithBloomFilterEnabledFor(name, true),
			parquet.WithAdaptiveBloomFilterEnabledFor(name, true),
			parquet.WithBloomFilterFPPFor(name, bloomMistakes))
	}
	return lake.WriterProperties(more...)
}

// write adds r as one row group.
func (o *output) write(r *rows) error {
	if o.w == nil {
		if err := o.create(r); err != nil {
			return err
		}
	}
	batch := r.record(r.layout.schema)
	err := o.w.Write(batch)
	batch.Release()
	if err != nil {
		return err
	}
	r.addSums(o.sums)
	o.rows += int64(r.len())
	o.state.Rows += int64(r.len())
	received := r.columns[r.layout.receivedAt].(*numbers[int64]).values
	first, last := time.UnixMicro(slices.Min(received)).UTC(), time.UnixMicro(slices.Max(received)).UTC()
	if o.state.MinReceived.IsZero() || first.Before(o.state.MinReceived) {
		o.state.MinReceived = first
	}
	if o.state.MaxReceived.IsZero() || last.After(o.state.MaxReceived) {
		o.state.MaxReceived = last
	}
	if o.state.Rows >= o.fileRows {
		return o.finish()
	}
	return nil
}

func (o *output) create(r *rows) (err error) {
	name := fmt.Sprintf("%s-%06d.parquet", o.prefix, len(o.files)+1)
	o.state = lake.File{Path: name}
	if o.file, err = os.OpenFile(filepath.Join(o.dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644); err != nil {
		return err
	}
	o.w, err = pqarrow.NewFileWriter(r.layout.schema, writeOnly{o.file}, properties(), pqarrow.NewArrowWriterProperties())
	return err
}

// finish completes the file under way, if there is one, and puts it on the
// disk.
func (o *output) finish() error {
	if o.w == nil {
		return nil
	}
	err := o.w.Close()
	o.w = nil
	if err == nil {
		err = o.file.Sync()
	}
	info, statErr := o.file.Stat()
	if err = errors.Join(err, statErr, o.file.Close()); err != nil {
		return err
	}
	o.file = nil
	o.state.Bytes = info.Size()
	o.files = append(o.files, o.state)
	return nil
}

// setTimes gives the files the age of what is in them: retention counts from
// when flows were stored, and compaction is not that.
func (o *output) setTimes(stored time.Time) error {
	for _, f := range o.files {
		if err := os.Chtimes(filepath.Join(o.dir, f.Path), stored, stored); err != nil {
			return err
		}
	}
	return nil
}

// abort closes what is open; its folder is removed with the job.
func (o *output) abort() {
	if o.file != nil {
		_ = o.file.Close()
	}
}
