package lake_test

import (
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
)

// without is a batch as a version of this program wrote it that did not have
// the column yet.
func without(batch arrow.RecordBatch, column string) arrow.RecordBatch {
	var (
		fields  []arrow.Field
		columns []arrow.Array
	)
	for i, f := range batch.Schema().Fields() {
		if f.Name != column {
			fields, columns = append(fields, f), append(columns, batch.Column(i))
		}
	}
	return array.NewRecordBatch(arrow.NewSchema(fields, nil), columns, batch.NumRows())
}

// Segments of an older version are read where the columns that it lacked may
// be null, and refused, not guessed at, where they may not.
func TestSegmentsOfAnotherVersion(t *testing.T) {
	batch := batchOf(traffic(1, 100, 100)).Packed()
	for _, c := range flow.Columns {
		got, err := lake.Conform(without(batch, c.Name))
		switch {
		case !c.Nullable:
			if err == nil || !strings.Contains(err.Error(), "column "+c.Name+" is not what this version writes") {
				t.Errorf("without %s: error %v", c.Name, err)
			}
		case err != nil:
			t.Errorf("without %s: %v", c.Name, err)
		case !got.Schema().Equal(flow.Schema()) || got.NumRows() != 100:
			t.Errorf("without %s: %d rows of %v", c.Name, got.NumRows(), got.Schema())
		}
	}
}
