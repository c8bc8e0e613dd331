package flowscan

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"
)

// columns of what is found, as relation raw_found declares them, but for the
// first, is_up, and the last, exporter: numbers.
var columns = []struct{ name, of string }{
	{"started_ms", "started_at"},
	{"ended_ms", "ended_at"},
	{"src_hi", "src_hi"},
	{"src_lo", "src_lo"},
	{"dst_hi", "dst_hi"},
	{"dst_lo", "dst_lo"},
	{"src_port", "src_port"},
	{"dst_port", "dst_port"},
	{"proto", "proto"},
	{"tcp_flags", "tcp_flags"},
	{"bytes", "bytes"},
	{"packets", "packets"},
	{"sampling_rate", "sampling_rate"},
}

// found writes what one worker finds into a file.
type found struct {
	folder string
	number int
	path   string
	file   *os.File
	writer *file.Writer

	n         int
	up        []bool
	numbers   [][]int64 // by column
	exporters []parquet.ByteArray
	rows      []int32 // of the row group at hand, by either side
	picked    []int64 // their values
	codes     []int64
}

// foundError is the fault of the file that is written.
type foundError struct{ err error }

func (e *foundError) Error() string { return "store the flows that were found: " + e.err.Error() }
func (e *foundError) Unwrap() error { return e.err }

// flushed is how many rows are gathered in memory.
const flushed = 1 << 16

// add takes rows of a row group: those found by their destination, and those by
// their source, with the lower halves of these. A record between two wanted
// addresses is found twice.
func (f *found) add(g *rowGroup, up, down *marks) error {
	if f.numbers == nil {
		f.numbers = make([][]int64, len(columns))
	}
	f.rows = union(append(f.rows[:0], up.rows...), down.rows)
	for i, c := range columns {
		var err error
		switch known := f.known(c.of, up, down); {
		case known != nil:
			f.picked = append(f.picked[:0], known...)
		default:
			f.picked, err = pick(g, c.of, f.rows, f.picked[:0])
		}
		if err == nil && (c.of == "started_at" || c.of == "ended_at") {
			err = g.inMillis(c.of, f.picked)
		}
		if err != nil {
			return err
		}
		f.numbers[i] = f.take(f.numbers[i], up.rows)
		f.numbers[i] = f.take(f.numbers[i], down.rows)
	}
	c, err := g.column("exporter")
	if err != nil {
		return err
	}
	if f.picked, err = c.pick(f.rows, f.picked[:0]); err != nil {
		return fmt.Errorf("column exporter: %w", err)
	}
	f.codes = f.take(f.take(f.codes[:0], up.rows), down.rows)
	for i, code := range f.codes {
		f.exporters = append(f.exporters, parquet.ByteArray(c.texts[code]))
		f.up = append(f.up, i < len(up.rows))
	}
	if f.n += len(up.rows) + len(down.rows); f.n >= flushed {
		return f.flush()
	}
	return nil
}

// known are the values of a column that were read when the rows were found.
func (f *found) known(name string, up, down *marks) []int64 {
	switch {
	case name == "dst_lo" && len(down.rows) == 0:
		return up.values
	case name == "src_lo" && len(up.rows) == 0:
		return down.values
	}
	return nil
}

// take appends what was picked of some of the rows.
func (f *found) take(out []int64, rows []int32) []int64 {
	i := 0
	for _, row := range rows {
		for f.rows[i] != row {
			i++
		}
		out = append(out, f.picked[i])
	}
	return out
}

// flush writes what was gathered.
func (f *found) flush() error {
	if f.n == 0 {
		return nil
	}
	if err := f.write(); err != nil {
		return &foundError{err}
	}
	f.n, f.up, f.exporters = 0, f.up[:0], f.exporters[:0]
	for i := range f.numbers {
		f.numbers[i] = f.numbers[i][:0]
	}
	return nil
}

func (f *found) write() error {
	if f.writer == nil {
		if err := f.open(); err != nil {
			return err
		}
	}
	group, err := f.writer.AppendRowGroupChecked()
	if err != nil {
		return err
	}
	for i := range len(columns) + 2 {
		c, err := group.NextColumn()
		if err != nil {
			return err
		}
		switch c := c.(type) {
		case *file.BooleanColumnChunkWriter:
			_, err = c.WriteBatch(f.up, nil, nil)
		case *file.Int64ColumnChunkWriter:
			_, err = c.WriteBatch(f.numbers[i-1], nil, nil)
		case *file.ByteArrayColumnChunkWriter:
			_, err = c.WriteBatch(f.exporters, nil, nil)
		}
		if err := errors.Join(err, c.Close()); err != nil {
			return err
		}
	}
	return group.Close()
}

// open begins the file. It is read once, right after: it is written with little
// effort.
func (f *found) open() (err error) {
	f.path = filepath.Join(f.folder, fmt.Sprintf("found-%d.parquet", f.number))
	if f.file, err = os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600); err != nil {
		return err
	}
	fields := schema.FieldList{schema.NewBooleanNode("is_up", parquet.Repetitions.Required, -1)}
	for _, c := range columns {
		fields = append(fields, schema.NewInt64Node(c.name, parquet.Repetitions.Required, -1))
	}
	text, err := schema.NewPrimitiveNodeLogical("exporter", parquet.Repetitions.Required, schema.StringLogicalType{}, parquet.Types.ByteArray, 0, -1)
	if err != nil {
		return err
	}
	root, err := schema.NewGroupNode("schema", parquet.Repetitions.Required, append(fields, text), -1)
	if err != nil {
		return err
	}
	f.writer, err = file.NewParquetWriterWithError(f.file, root, file.WithWriterProps(parquet.NewWriterProperties(
		parquet.WithDictionaryDefault(false), parquet.WithDictionaryFor("exporter", true),
		parquet.WithCompression(compress.Codecs.Snappy), parquet.WithStats(false))))
	return err
}

// close completes the file and returns its path, "" where nothing was found.
func (f *found) close() (string, error) {
	err := f.flush()
	fault := error(nil)
	switch {
	case f.writer != nil:
		fault = f.writer.Close() // it closes the file, too
	case f.file != nil:
		fault = f.file.Close()
	}
	if fault != nil {
		err = errors.Join(err, &foundError{fault})
	}
	return f.path, err
}
