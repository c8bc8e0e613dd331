package lake

import (
	"errors"
	"os"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake/parquetfile"
)

// FlowFile is a Parquet file of flows being written.
type FlowFile struct {
	path string
	file *os.File
	w    *parquetfile.Writer
}

// CreateFlowFile begins a file; what it says of its creator is not the caller's to
// choose.
func CreateFlowFile(path string, o parquetfile.Options) (*FlowFile, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, err
	}
	o.CreatedBy = createdBy
	w, err := parquetfile.NewWriter(flow.Schema(), o)
	if err != nil {
		return nil, errors.Join(err, file.Close(), removeIfThere(path))
	}
	return &FlowFile{path: path, file: file, w: w}, nil
}

// createdBy is what files say of their writer.
const createdBy = "minewatch"

// Write adds the rows as one row group.
func (f *FlowFile) Write(rows *flow.Group) error {
	content, group, err := f.w.Encode(rows.Len(), rows.Values)
	if err != nil {
		return err
	}
	if _, err := f.file.WriteAt(content, group.Begin); err != nil {
		return err
	}
	f.w.Add(group)
	return nil
}

// Rows is how many were written.
func (f *FlowFile) Rows() int64 { return f.w.Rows() }

// Finish writes the footer, and describes the file but for its path. It is complete
// then, but not yet safe on the disk: that is left to the caller, who may do it
// for many files at once.
func (f *FlowFile) Finish() (File, error) {
	footer := f.w.Footer()
	_, err := f.file.WriteAt(footer, f.w.Size())
	err = errors.Join(err, f.file.Close())
	received, wrong := extentOf(f.w.Groups())
	return received.file(f.w.Rows(), f.w.Size()+int64(len(footer))), errors.Join(err, wrong)
}

// Abort closes and removes the file.
func (f *FlowFile) Abort() error {
	return errors.Join(f.file.Close(), removeIfThere(f.path))
}
