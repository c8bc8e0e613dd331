package upkeep

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
	"minewatch/ingest/lake/parquetfile"
)

// options of a compacted file, which is written once and read for months. The
// filters are what a row group can be asked for without reading it; the lower
// halves suffice, for two addresses rarely share one.
var options = parquetfile.Options{Thorough: true, Filtered: []string{"src_lo", "dst_lo"}}

// output writes sorted rows to files of bounded length.
type output struct {
	dir      string // the files' folder
	prefix   string // of their names
	fileRows int64

	file  *lake.FlowFile // nil: none is being written
	files []lake.File
	sums  sums
	rows  int64
}

// name is that of the file being written.
func (o *output) name() string { return fmt.Sprintf("%s-%06d.parquet", o.prefix, len(o.files)+1) }

// write adds the rows as one row group.
func (o *output) write(rows *flow.Group) (err error) {
	if o.file == nil {
		if o.file, err = lake.CreateFlowFile(filepath.Join(o.dir, o.name()), options); err != nil {
			return err
		}
	}
	if err := o.file.Write(rows); err != nil {
		return err
	}
	o.sums.add(rows)
	o.rows += int64(rows.Len())
	if o.file.Rows() >= o.fileRows {
		return o.finish()
	}
	return nil
}

// finish completes the file under way, if there is one, and puts it on the
// disk.
func (o *output) finish() error {
	if o.file == nil {
		return nil
	}
	file, err := o.file.Finish()
	o.file = nil
	file.Path = o.name()
	if err = errors.Join(err, lake.SyncPath(filepath.Join(o.dir, file.Path))); err != nil {
		return err
	}
	o.files = append(o.files, file)
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
		_ = o.file.Abort()
	}
}
