package upkeep

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"minewatch/ingest/flow"
)

const readRows = 16 << 10 // of an input at a time

// DamagedError names a flow file that cannot be read.
type DamagedError struct {
	Path   string
	Reason error
}

func (e *DamagedError) Error() string { return e.Reason.Error() }

func (e *DamagedError) Unwrap() error { return e.Reason }

// DamagedFile is the path, for those who tell what to do about it.
func (e *DamagedError) DamagedFile() string { return e.Path }

// readFlows calls each with the rows of a flow file, as batches of the flow schema.
// Its decoder was not made for files that are damaged, so a panic of it is an
// error of the file. A file whose content cannot be read is a DamagedError.
func readFlows(ctx context.Context, path string, each func(arrow.RecordBatch) error) (err error) {
	content := true // false: an error is not of what stands in the file
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("is damaged: %v", fault)
		}
		if err == nil {
			return
		}
		err = fmt.Errorf("read %s: %w", path, err)
		if onDisk := (*fs.PathError)(nil); content && ctx.Err() == nil && !errors.As(err, &onDisk) {
			err = &DamagedError{path, err}
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
		if field, ok := flow.Schema().FieldsByName(name); ok && field[0].Type.ID() == arrow.DICTIONARY {
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
		batch, err := flow.Conform(batches.RecordBatch())
		if err != nil {
			content = false
			return fmt.Errorf("%w: compact with the version that wrote it", err)
		}
		err = each(batch)
		batch.Release()
		if err != nil {
			content = false
			return err
		}
	}
	return batches.Err()
}
