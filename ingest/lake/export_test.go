package lake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// Flush writes all rows that wait in memory.
func (s *Spool) Flush() error { return s.flush(func(*openGroup) bool { return true }) }

// FrameHeader is the length of what stands before each frame's content.
const FrameHeader = frameHeader

// Conform brings the batch of a frame to the flow schema.
var Conform = conform

// Frame makes a frame of arbitrary content.
func Frame(content []byte, group, rows int) []byte {
	made := append(make([]byte, frameHeader), content...)
	sealFrame(made, rowsFrame, group, rows)
	return made
}

// ReadFrames returns the contents of a journal's whole frames, and how many
// rows the others had.
func ReadFrames(r io.Reader) (contents [][]byte, lost int64, torn bool, err error) {
	frames := newFrameReader(r)
	for {
		f, err := frames.next()
		if errors.Is(err, io.EOF) {
			return contents, lost, frames.torn, nil
		}
		if err != nil {
			return contents, lost, frames.torn, err
		}
		if f.damaged {
			lost += int64(f.rows)
			continue
		}
		contents = append(contents, append([]byte(nil), f.content...))
	}
}

// OfAnotherVersion is a journal as a program with another schema writes it.
func OfAnotherVersion(tb testing.TB, journal []byte) []byte {
	tb.Helper()
	var other []byte
	frames := newFrameReader(bytes.NewReader(journal))
	for {
		f, err := frames.next()
		if errors.Is(err, io.EOF) {
			return other
		}
		if err != nil {
			tb.Fatal(err)
		}
		content := f.content
		if f.kind == commitFrame {
			var c commit
			if err := json.Unmarshal(content, &c); err != nil {
				tb.Fatal(err)
			}
			c.Schema++
			if content, err = json.Marshal(&c); err != nil {
				tb.Fatal(err)
			}
		}
		made := append(make([]byte, frameHeader), content...)
		sealFrame(made, f.kind, f.group, f.rows)
		other = append(other, made...)
	}
}

// RowsIn counts the rows of a lake's files as arrow-go reads them, all of them.
func RowsIn(tb testing.TB, dir string) (rows int64) {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "flows", "*", "*", "*.parquet"))
	if err != nil {
		tb.Fatal(err)
	}
	for _, path := range files {
		r, err := file.OpenParquetFile(path, false)
		if err != nil {
			tb.Fatal(err)
		}
		f, err := pqarrow.NewFileReader(r, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
		if err != nil {
			tb.Fatal(err)
		}
		table, err := f.ReadTable(context.Background())
		if err != nil {
			tb.Fatal(err)
		}
		rows += table.NumRows()
		table.Release()
		if err := r.Close(); err != nil {
			tb.Fatal(err)
		}
	}
	return rows
}
