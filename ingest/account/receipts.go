package account

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"minewatch/ingest/lake"
)

// keepIdle is how often the receipts are written before an hour without any
// change leaves the memory. What comes for it later gets a file of its own.
const keepIdle = 60

// WriteReceipts writes the accounts of every hour that changed into the lake:
//
//	receipts/date=YYYY-MM-DD/hour=HH/<writer>-<number>.parquet
//
// A file holds the whole of what its writer knows of the hour, and is replaced
// as a whole: a reader sees the last state or the one before. The accounts of
// an hour are the sum over its files. An hour that could not be written is
// written the next time.
func (b *Book) WriteReceipts(dir, writer string) error {
	b.writing.Lock()
	defer b.writing.Unlock()
	var faults []error
	for _, r := range b.changed() {
		content, err := encode(r.rows)
		if err == nil {
			err = lake.WriteFile(filepath.Join(dir, receiptPath(r.hour, writer, r.file)), content)
		}
		if err != nil {
			b.unwritten(r.hour)
			faults = append(faults, err)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("write receipts into lake %s: %w", dir, err)
	}
	return nil
}

// receipt is one file to be.
type receipt struct {
	hour int64
	file int
	rows []row
}

// changed copies the hours that changed, takes them for written, and lets go of
// those that have long been idle.
func (b *Book) changed() []receipt {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.streams.settle(false)
	var receipts []receipt
	for _, at := range sortedKeys(b.hours) {
		in := b.hours[at]
		if !in.changed {
			if in.idle++; in.idle > keepIdle && !in.pending() {
				delete(b.hours, at)
			}
			continue
		}
		in.changed = false
		r := receipt{hour: at, file: in.file}
		for exporter, e := range in.entries {
			r.rows = append(r.rows, row{Key{at, exporter}, *e})
		}
		slices.SortFunc(r.rows, func(a, b row) int { return a.Exporter.Compare(b.Exporter) })
		receipts = append(receipts, r)
	}
	return receipts
}

// pending says that something of the hour is not yet settled.
func (h *hour) pending() bool {
	for _, e := range h.entries {
		if e.RecordsPending != 0 {
			return true
		}
	}
	return false
}

func (b *Book) unwritten(at int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if in := b.hours[at]; in != nil {
		in.changed = true
	}
}

func receiptPath(at int64, writer string, file int) string {
	t := time.Unix(at*3600, 0).UTC()
	return filepath.Join("receipts", "date="+t.Format(time.DateOnly), "hour="+t.Format("15"), fmt.Sprintf("%s-%06d.parquet", writer, file))
}

// encode is the rows as a Parquet file. Few rows of many columns: what counts
// is that every engine reads it.
func encode(rows []row) ([]byte, error) {
	b := array.NewRecordBuilder(memory.DefaultAllocator, Schema())
	defer b.Release()
	for i := range rows {
		for c := range Columns {
			Columns[c].append(b.Field(c), &rows[i])
		}
	}
	batch := b.NewRecordBatch()
	defer batch.Release()

	var content bytes.Buffer
	w, err := pqarrow.NewFileWriter(Schema(), &content, parquet.NewWriterProperties(
		parquet.WithVersion(parquet.V2_6),
		parquet.WithCompression(compress.Codecs.Zstd),
		parquet.WithCreatedBy("minewatch"),
	), pqarrow.NewArrowWriterProperties())
	if err != nil {
		return nil, err
	}
	if err := errors.Join(w.Write(batch), w.Close()); err != nil {
		return nil, err
	}
	return content.Bytes(), nil
}
