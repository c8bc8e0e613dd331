package lake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"minewatch/ingest/flow"
)

// Published is what became of a segment.
type Published struct {
	File *File // nil: it had no readable row
	// Hour is that of the rows, since 1970, and Exporters whose they are.
	Hour      int64
	Exporters map[string]int64
	// Lost is the rows that could not be read back: a disk that lies, or one
	// that lost power.
	Lost int64
	// Torn says that the segment ended in a half frame: what its writer was at
	// when it was killed.
	Torn bool
}

// Publish makes a Parquet file of the segment, moves it to where readers see
// it, and removes the segment. After an error all that is left is tried again by
// the next Publish, or by the Recover of another process: the rows are stored
// exactly once.
func (s *Segment) Publish() (Published, error) {
	p, err := s.publish()
	if err != nil {
		return p, fmt.Errorf("publish %s: %w", s.name()+segmentSuffix, err)
	}
	return p, nil
}

func (s *Segment) publish() (Published, error) {
	if s.file != nil {
		// That this fails is no loss yet: what is read back is checked.
		_ = s.sync()
		_ = s.file.Close()
	}
	if !s.converted {
		c := conversion{segment: s, frames: newFrameReader(nil), whose: map[string]int64{}, min: math.MaxInt64, max: math.MinInt64}
		if err := c.run(); err != nil {
			return Published{}, errors.Join(err, removeIfThere(s.name()+temporarySuffix))
		}
		s.converted = true
		s.outcome = c.outcome()
	}
	if err := s.move(); err != nil {
		return Published{}, err
	}
	return s.outcome, nil
}

// finalPath is where readers see the rows, relative to the lake.
func (s *Segment) finalPath() string {
	return path.Join(partitionPath(s.hour), fmt.Sprintf("%s-%06d.parquet", s.writer, s.sequence))
}

// move takes the segment out of the way of the converted file, for good, and
// only then the file to where readers see it.
func (s *Segment) move() error {
	if err := removeIfThere(s.name() + segmentSuffix); err != nil {
		return err
	}
	if err := SyncPath(s.folder); err != nil {
		return err
	}
	if s.outcome.File == nil {
		return nil
	}
	leave, err := enterGate(s.lake)
	if err != nil {
		return err
	}
	defer leave() //nolint:errcheck // nothing was written; closing unlocks
	final := filepath.Join(s.lake, filepath.FromSlash(s.finalPath()))
	if err := makeFolder(filepath.Dir(final)); err != nil {
		return err
	}
	// Where it is gone, an earlier attempt moved it and then did not come to
	// its end.
	if err := os.Rename(s.name()+readySuffix, final); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return errors.Join(SyncPath(filepath.Dir(final)), SyncPath(s.folder))
}

// conversion is the writing of a segment's Parquet file.
type conversion struct {
	segment *Segment
	frames  *frameReader
	out     *parquetFile
	waiting []arrow.RecordBatch // for the next row group
	rows    int64
	size    int64
	group   int64            // rows in waiting
	whose   map[string]int64 // rows by exporter
	min     int64            // received_at, µs
	max     int64
}

// run writes the file, and gives it the name that makes it the one that counts.
func (c *conversion) run() error {
	in, err := os.Open(c.segment.name() + segmentSuffix)
	if errors.Is(err, os.ErrNotExist) && c.segment.hasFolder() {
		return nil // somebody has removed it: its rows are lost
	}
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // it was only read
	c.frames.in.Reset(in)
	defer c.release()
	for {
		stream, err := c.frames.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return c.abort(err)
		}
		if err := c.add(stream); err != nil {
			return c.abort(err)
		}
	}
	if err := c.flush(); err != nil {
		return c.abort(err)
	}
	return c.finish()
}

// finish completes the file and has it take the segment's place.
func (c *conversion) finish() (err error) {
	if c.out == nil {
		return nil
	}
	if c.size, err = c.out.finish(); err != nil {
		return err
	}
	if err := SyncPath(c.out.path); err != nil {
		return err
	}
	if err := os.Rename(c.out.path, c.segment.name()+readySuffix); err != nil {
		return err
	}
	return SyncPath(c.segment.folder)
}

func (c *conversion) abort(err error) error {
	if c.out == nil {
		return err
	}
	return errors.Join(err, c.out.abort())
}

// add takes the batch of a frame. Whole frames are gathered into row groups.
func (c *conversion) add(stream []byte) error {
	r, err := ipc.NewReader(bytes.NewReader(stream))
	if err != nil {
		return fmt.Errorf("read arrow stream: %w", err)
	}
	defer r.Release()
	for r.Next() {
		batch, err := conform(r.RecordBatch())
		if err != nil {
			return err
		}
		c.waiting = append(c.waiting, batch)
		c.group += batch.NumRows()
		c.noteTimes(batch)
		c.noteExporters(batch)
	}
	if err := r.Err(); err != nil {
		return fmt.Errorf("read arrow stream: %w", err)
	}
	if c.group >= int64(c.segment.rowGroup) {
		return c.flush()
	}
	return nil
}

func (c *conversion) noteTimes(batch arrow.RecordBatch) {
	received := batch.Column(0).(*array.Timestamp)
	for _, at := range received.Values() {
		c.min, c.max = min(c.min, int64(at)), max(c.max, int64(at))
	}
}

// exporterColumn is the place of the exporters in a flow file.
var exporterColumn = slices.IndexFunc(flow.Columns, func(c flow.Column) bool { return c.Name == "exporter" })

// noteExporters counts whose rows the batch has.
func (c *conversion) noteExporters(batch arrow.RecordBatch) {
	column := batch.Column(exporterColumn).(*array.Dictionary)
	names := column.Dictionary().(*array.String)
	rows := make([]int64, names.Len())
	for _, code := range column.Indices().(*array.Int32).Int32Values() {
		rows[code]++
	}
	for i, n := range rows {
		if n > 0 {
			c.whose[names.Value(i)] += n
		}
	}
}

// flush writes what waits as one row group.
func (c *conversion) flush() error {
	if c.group == 0 {
		return nil
	}
	if c.out == nil {
		out, err := createFile(c.segment.name() + temporarySuffix)
		if err != nil {
			return err
		}
		c.out = out
	}
	if err := c.out.write(c.waiting...); err != nil {
		return err
	}
	c.rows += c.group
	c.release()
	return nil
}

func (c *conversion) release() {
	for _, batch := range c.waiting {
		batch.Release()
	}
	c.waiting, c.group = nil, 0
}

// outcome is what Publish returns when the file has been moved.
func (c *conversion) outcome() Published {
	p := Published{Hour: c.segment.hour, Exporters: c.whose, Lost: c.frames.lostRows, Torn: c.frames.torn}
	if missing := c.segment.rows - c.rows; missing > p.Lost {
		p.Lost = missing
	}
	if c.rows > 0 {
		p.File = c.file()
	}
	return p
}

func (c *conversion) file() *File {
	return &File{
		Path:        c.segment.finalPath(),
		Rows:        c.rows,
		Bytes:       c.size,
		MinReceived: time.UnixMicro(c.min).UTC(),
		MaxReceived: time.UnixMicro(c.max).UTC(),
	}
}

// conform brings a batch to the flow schema of today: its columns of one value
// are packed, and the dead writer whose segment this is may have been another
// version of this program, which did not have every column yet.
func conform(batch arrow.RecordBatch) (arrow.RecordBatch, error) {
	columns := make([]arrow.Array, len(flow.Columns))
	for i, want := range flow.Columns {
		found := batch.Schema().FieldIndices(want.Name)
		known := false
		switch {
		case len(found) == 1:
			columns[i], known = flow.Unpacked(batch.Column(found[0]), want.Type)
		case len(found) == 0 && want.Nullable:
			columns[i], known = array.MakeArrayOfNull(memory.DefaultAllocator, want.Type, int(batch.NumRows())), true
		}
		if !known {
			return nil, fmt.Errorf("the segment's column %s is not what this version writes: start the version once more that wrote it", want.Name)
		}
		defer columns[i].Release()
	}
	return array.NewRecordBatch(flow.Schema(), columns, batch.NumRows()), nil
}
