package upkeep

import (
	"context"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"minewatch/ingest/flow"
)

const readRows = 16 << 10 // of an input at a time

// readFlows calls each with the rows of a flow file, as batches of the flow schema.
// Its decoder was not made for files that are damaged, so a panic of it is an
// error of the file.
func readFlows(ctx context.Context, path string, each func(arrow.RecordBatch) error) (err error) {
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
		batch, err := conform(batches.RecordBatch())
		if err != nil {
			return err
		}
		err = each(batch)
		batch.Release()
		if err != nil {
			return err
		}
	}
	return batches.Err()
}

// conform brings a batch of a flow file to the flow schema. The file may be of an
// older version of the program, without columns that came later, but has nothing
// that this one would lose.
func conform(batch arrow.RecordBatch) (arrow.RecordBatch, error) {
	known := 0
	columns := make([]arrow.Array, len(flow.Columns))
	for i, want := range flow.Columns {
		at := batch.Schema().FieldIndices(want.Name)
		switch {
		case len(at) == 1:
			known++
			columns[i] = batch.Column(at[0])
			if !arrow.TypeEqual(columns[i].DataType(), want.Type) {
				return nil, fmt.Errorf("column %s is a %s, want %s", want.Name, columns[i].DataType(), want.Type)
			}
			if n := columns[i].NullN(); n > 0 && !want.Nullable {
				return nil, fmt.Errorf("column %s has %d nulls, want none", want.Name, n)
			}
		case len(at) == 0 && want.Nullable:
			columns[i] = array.MakeArrayOfNull(memory.DefaultAllocator, want.Type, int(batch.NumRows()))
			defer columns[i].Release()
		default:
			return nil, fmt.Errorf("column %s: there are %d, want one", want.Name, len(at))
		}
	}
	if more := int(batch.NumCols()) - known; more > 0 {
		return nil, fmt.Errorf("%d columns are unknown to this version: compact with the version that wrote them", more)
	}
	return array.NewRecordBatch(flow.Schema(), columns, batch.NumRows()), nil
}
