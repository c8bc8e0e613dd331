package parquetfile

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/klauspost/compress/zstd"

	"minewatch/ingest/flow"
)

const magic = "PAR1"

// maxGroupRows is the length of the longest row group: its columns are a page
// each, and a page's length is 32 bits.
const maxGroupRows = 16 << 20

// Writer makes the bytes of one Parquet file; to put them into it is the
// caller's part, who thereby decides what happens when a disk is full:
//
//	content, group, err := w.Encode(rows, column) // belongs at group.Begin
//	w.Add(group)                                  // it is there
//	content := w.Footer()                         // belongs at w.Size(); the file is complete
//
// It is used by one goroutine.
type Writer struct {
	schema *arrow.Schema
	o      Options
	zstd   *zstd.Encoder

	group  []byte // the row group at hand
	begin  int64  // where in the file it begins
	groups []*RowGroup
	rows   int64
	size   int64
	scratch
}

// Options of a Writer.
type Options struct {
	CreatedBy string // as the file says
	// Filtered are the columns that get a Bloom filter in every row group, for
	// readers that look for a value: of 16, 32 or 64-bit integers.
	Filtered []string
	// Thorough takes up to four times as long, for a file that is written once
	// and read for long: numbers get far larger dictionaries, or deltas where
	// those are shorter, and all of it a better compression.
	Thorough bool
}

// scratch is memory that is used again for every column.
type scratch struct {
	levels, values, compressed []byte
	codes, widened             []int32
	numbers16                  numberScratch[int16]
	numbers32                  numberScratch[int32]
	numbers64                  numberScratch[int64]
}

// RowGroup is what the footer says of a row group. It may be stored as JSON, and
// given to the Add of another Writer of the same schema.
type RowGroup struct {
	Rows   int     `json:"rows"`
	Begin  int64   `json:"begin"`  // where in the file its bytes are
	Length int64   `json:"length"` // of them
	Chunks []Chunk `json:"chunks"`
}

// Chunk is what the footer says of one column of a row group.
type Chunk struct {
	Values       int    `json:"values"`
	Nulls        int    `json:"nulls,omitempty"`
	Dictionary   int64  `json:"dictionary,omitempty"` // where in the file; 0: it has none
	Data         int64  `json:"data"`
	Compressed   int64  `json:"compressed"` // bytes, headers included
	Uncompressed int64  `json:"uncompressed"`
	Least        []byte `json:"least,omitempty"`
	Most         []byte `json:"most,omitempty"`
	Filter       int64  `json:"filter,omitempty"` // where in the file; 0: it has none
	FilterLength int64  `json:"filter_length,omitempty"`
}

// NewWriter returns the writer of a file. It fails for a schema with other
// columns than 16, 32 and 64-bit integers, timestamps, and dictionaries of
// strings, and for filters of columns that have no integers.
func NewWriter(schema *arrow.Schema, o Options) (*Writer, error) {
	for _, f := range schema.Fields() {
		if _, err := typeOf(f.Type); err != nil {
			return nil, fmt.Errorf("column %s: %w", f.Name, err)
		}
	}
	for _, name := range o.Filtered {
		if f, ok := schema.FieldsByName(name); !ok || !arrow.IsInteger(f[0].Type.ID()) {
			return nil, fmt.Errorf("filter of column %s: there is no such column of integers", name)
		}
	}
	level := zstd.SpeedFastest
	if o.Thorough {
		level = zstd.SpeedDefault
	}
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(level), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false), zstd.WithZeroFrames(true))
	if err != nil {
		return nil, fmt.Errorf("start zstd: %w", err)
	}
	return &Writer{schema: schema, o: o, zstd: encoder}, nil
}

// Encode makes the bytes of a row group that is to follow those that were added:
// so many rows, whose columns are those of the writer's schema. They are valid
// until the next call. The group of no rows has no bytes.
func (w *Writer) Encode(rows int, column func(i int) flow.Values) ([]byte, *RowGroup, error) {
	g := &RowGroup{Rows: rows, Begin: w.size}
	w.group, w.begin = w.group[:0], w.size
	if rows == 0 {
		return nil, g, nil
	}
	if rows > maxGroupRows {
		return nil, nil, fmt.Errorf("%d rows are too many for a row group", rows)
	}
	if w.size == 0 {
		w.group = append(w.group, magic...)
	}
	for i := range w.schema.NumFields() {
		values := column(i)
		c, err := w.writeChunk(i, rows, &values)
		if err != nil {
			return nil, nil, fmt.Errorf("column %s: %w", w.schema.Field(i).Name, err)
		}
		g.Chunks = append(g.Chunks, c)
	}
	for _, name := range w.o.Filtered {
		i := w.schema.FieldIndices(name)[0]
		values := column(i)
		w.writeFilter(&g.Chunks[i], &values)
	}
	g.Length = int64(len(w.group))
	return w.group, g, nil
}

// Add takes a row group into the file, whose bytes are where it says.
func (w *Writer) Add(g *RowGroup) {
	if g.Rows == 0 {
		return
	}
	w.groups = append(w.groups, g)
	w.rows += int64(g.Rows)
	w.size = g.Begin + g.Length
}

// Size is the length of the file without its footer.
func (w *Writer) Size() int64 { return w.size }

// Rows is how many rows were added.
func (w *Writer) Rows() int64 { return w.rows }

// Groups are those that were added.
func (w *Writer) Groups() []*RowGroup { return w.groups }

// Footer makes what completes the file, at Size.
func (w *Writer) Footer() []byte {
	var content []byte
	if w.size == 0 {
		content = append(content, magic...)
	}
	return w.appendFooter(content)
}

// offset is where in the file the next byte goes.
func (w *Writer) offset() int64 { return w.begin + int64(len(w.group)) }

const (
	// triedFirst is how much of a long page is compressed to see whether the
	// rest is worth it, and gain the part of it that has to be saved: most
	// pages of packed numbers are as dense as they can be, and reading one that
	// is not compressed is a copy less.
	triedFirst = 16 << 10
	gain       = 16
)

// compress returns b compressed, in memory that the next call uses again; false
// where that gains little.
func (w *Writer) compress(b []byte) ([]byte, bool) {
	if len(b) > 4*triedFirst && !w.o.Thorough {
		middle := (len(b) - triedFirst) / 2
		if w.compressed = w.zstd.EncodeAll(b[middle:middle+triedFirst], w.compressed[:0]); len(w.compressed) > triedFirst-triedFirst/gain {
			return nil, false
		}
	}
	w.compressed = w.zstd.EncodeAll(b, w.compressed[:0])
	return w.compressed, len(w.compressed) < len(b)-len(b)/gain
}
