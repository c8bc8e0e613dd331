package lake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"minewatch/ingest/flow"
)

// readBack completes a segment's row groups from its journal: those that the
// journal says are encoded, where the disk has them, and then those of which only
// the journal has rows. It changes nothing on the disk that another readBack
// would not do again.
type readBack struct {
	segment *Segment
	groups  *os.File
	lost    int64 // rows that are neither in a row group nor in the journal
	torn    bool

	pending map[int]*pendingGroup
	encoded map[int]bool // what the journal says, and the disk has
}

// pendingGroup is a row group that is not encoded, as far as is known.
type pendingGroup struct {
	frames [][]byte // its rows
	length int64    // how many it should have, at least
}

func (r *readBack) run() error {
	s := r.segment
	in, err := os.Open(s.name() + journalSuffix)
	if errors.Is(err, os.ErrNotExist) && s.hasFolder() {
		if s.parquet == nil {
			return s.begin() // somebody has removed it: its rows are lost
		}
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // it was only read
	if r.groups, err = os.OpenFile(s.name()+groupsSuffix, os.O_RDWR|os.O_CREATE, 0o644); err != nil {
		return err
	}
	defer r.groups.Close() //nolint:errcheck // complete syncs it
	// Of our own segment we know which row groups there are, also of those that
	// the disk would not note.
	dead := s.journal == nil
	frames := newFrameReader(in)
	if dead {
		err = s.begin()
	} else { // behind its end there may be a frame that did not fit
		frames = newFrameReader(io.LimitReader(in, s.journalSize))
	}
	if err != nil {
		return err
	}
	r.pending, r.encoded = map[int]*pendingGroup{}, map[int]bool{}
	for {
		f, err := frames.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if dead || s.unencoded[f.group] {
			if err := r.take(&f); err != nil {
				return err
			}
		}
	}
	r.torn = frames.torn
	return r.encodePending()
}

// take notes what a frame says.
func (r *readBack) take(f *frame) error {
	if r.encoded[f.group] {
		return nil
	}
	g := r.pending[f.group]
	if g == nil {
		g = &pendingGroup{}
		r.pending[f.group] = g
	}
	if f.kind == rowsFrame {
		g.length += int64(f.rows)
		if !f.damaged {
			g.frames = append(g.frames, slices.Clone(f.content))
		}
		return nil
	}
	g.length = int64(f.rows)
	if f.damaged {
		return nil
	}
	var c commit
	if err := json.Unmarshal(f.content, &c); err != nil {
		return fmt.Errorf("read what the journal says of row group %d: %w", f.group, err)
	}
	if there, err := r.has(&c); !there || err != nil {
		return err
	}
	if c.Schema != schemaMark || len(c.Group.Chunks) != len(flow.Columns) {
		return errors.New("the row groups have other columns than this version writes: start the version once more that wrote them")
	}
	delete(r.pending, f.group)
	r.encoded[f.group] = true
	r.segment.add(&c)
	return nil
}

// has says whether the row group is on the disk as it was written.
func (r *readBack) has(c *commit) (bool, error) {
	g := c.Group
	if g == nil || g.Rows <= 0 || g.Begin < r.segment.parquet.Size() || g.Length <= 0 || g.Length > frameMost {
		return false, nil
	}
	content := make([]byte, g.Length)
	_, err := r.groups.ReadAt(content, g.Begin)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return err == nil && crc32.Checksum(content, castagnoli) == c.CRC, err
}

// encodePending makes row groups of what only the journal has, in the order in
// which they were begun.
func (r *readBack) encodePending() error {
	numbers := make([]int, 0, len(r.pending))
	for number := range r.pending {
		numbers = append(numbers, number)
	}
	slices.Sort(numbers)
	s := r.segment
	for _, number := range numbers {
		g := r.pending[number]
		rows := flow.NewGroup()
		for _, content := range g.frames {
			if err := appendFrame(rows, content); err != nil {
				return err
			}
		}
		r.lost += max(0, g.length-int64(rows.Len()))
		if rows.Len() == 0 {
			continue
		}
		if _, err := s.put(r.groups, rows); err != nil {
			return err
		}
		delete(s.unencoded, number) // whoever publishes this segment again has it already
	}
	return nil
}

// appendFrame adds the rows of a frame.
func appendFrame(rows *flow.Group, content []byte) error {
	stream, err := ipc.NewReader(bytes.NewReader(content))
	if err != nil {
		return fmt.Errorf("read arrow stream: %w", err)
	}
	defer stream.Release()
	for stream.Next() {
		batch, err := conform(stream.RecordBatch())
		if err != nil {
			return err
		}
		read := flow.NewBatch(int(batch.NumRows()))
		read.AppendArrow(batch)
		rows.AppendBatch(read)
		batch.Release()
	}
	if err := stream.Err(); err != nil {
		return fmt.Errorf("read arrow stream: %w", err)
	}
	return nil
}

// conform brings a batch to the flow schema of today: the dead writer whose journal
// this is may have been another version of this program.
func conform(batch arrow.RecordBatch) (arrow.RecordBatch, error) {
	conformed, err := flow.Conform(batch)
	if err != nil {
		return nil, fmt.Errorf("the journal's %w: start the version once more that wrote it", err)
	}
	return conformed, nil
}
