package parquetfile

import (
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/klauspost/compress/zstd"
)

const magic = "PAR1"

// maxGroupRows is the length of the longest row group: its columns are a page
// each, and a page's length is 32 bits.
const maxGroupRows = 16 << 20

// Writer writes one Parquet file. It is used by one goroutine.
type Writer struct {
	out       io.Writer
	schema    *arrow.Schema
	createdBy string
	zstd      *zstd.Encoder

	group   []byte // the row group at hand, until it is written
	written int64  // bytes before it
	groups  []rowGroup
	rows    int64
	scratch scratch
}

// scratch is memory that is used again for every column.
type scratch struct {
	levels, values, compressed []byte
	narrow                     []int32
	wide                       []int64
}

// rowGroup is what the footer says of a row group.
type rowGroup struct {
	rows   int
	begin  int64
	chunks []chunk
}

// NewWriter returns a writer of a file to out. It fails for a schema with other
// columns than 16, 32 and 64-bit integers, timestamps, and dictionaries of
// strings. The file says that it was created by createdBy.
func NewWriter(out io.Writer, schema *arrow.Schema, createdBy string) (*Writer, error) {
	for _, f := range schema.Fields() {
		if _, err := typeOf(f.Type); err != nil {
			return nil, fmt.Errorf("column %s: %w", f.Name, err)
		}
	}
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false), zstd.WithZeroFrames(true))
	if err != nil {
		return nil, fmt.Errorf("start zstd: %w", err)
	}
	return &Writer{out: out, schema: schema, createdBy: createdBy, zstd: encoder, group: []byte(magic)}, nil
}

// Write writes the batches, all of the writer's schema, as one row group.
func (w *Writer) Write(batches ...arrow.RecordBatch) error {
	rows := 0
	for _, b := range batches {
		rows += int(b.NumRows())
	}
	if rows == 0 {
		return nil
	}
	if rows > maxGroupRows {
		return fmt.Errorf("%d rows are too many for a row group", rows)
	}
	g := rowGroup{rows: rows, begin: w.offset()}
	parts := make([]arrow.Array, len(batches))
	for column := range w.schema.NumFields() {
		for i, b := range batches {
			parts[i] = b.Column(column)
		}
		c, err := w.writeChunk(column, parts)
		if err != nil {
			return fmt.Errorf("column %s: %w", w.schema.Field(column).Name, err)
		}
		g.chunks = append(g.chunks, c)
	}
	w.groups = append(w.groups, g)
	w.rows += int64(rows)
	return w.flush()
}

// Close writes the footer. The file is complete then; out is left open.
func (w *Writer) Close() error {
	w.group = w.appendFooter(w.group)
	return w.flush()
}

// offset is where in the file the next byte goes.
func (w *Writer) offset() int64 { return w.written + int64(len(w.group)) }

func (w *Writer) flush() error {
	n, err := w.out.Write(w.group)
	w.written += int64(n)
	w.group = w.group[:0]
	return err
}

// compress returns b compressed, in memory that the next call uses again.
func (w *Writer) compress(b []byte) []byte {
	w.scratch.compressed = w.zstd.EncodeAll(b, w.scratch.compressed[:0])
	return w.scratch.compressed
}
