package lake

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"minewatch/ingest/flow"
)

// SpoolOptions tune a Spool. The zero value of each but Name is a good choice.
type SpoolOptions struct {
	// Name is the prefix of the file names, and has to be unique among the
	// writers of a lake in all time.
	Name string
	// RowGroupRows is the length of the longest row group. Default 128 Ki.
	RowGroupRows int
	// BufferRows bounds the rows that wait in memory for their row group, over
	// all hours, at 100 to 200 bytes a row. Default 3 row groups.
	BufferRows int
	// OpenHours bounds the hours that are filled at once. A replay that jumps
	// between more than this gets more and smaller files. Default 128.
	OpenHours int
	// OnLost is called with the rows of an hour since 1970 that the disk would
	// not take; nil: not.
	OnLost func(hour int64, rows *flow.Batch)
	// Logger may be nil.
	Logger *slog.Logger
}

// earlyPart is the part of a row group's length from which on rows that are to be
// written now become a shorter one, rather than being written twice.
const earlyPart = 4

// Spool is a collector's way into the lake. What is appended is on its way to the
// disk, under hot/, after two calls of FlushAged: from then on it survives the
// death of the process, and after the sync that follows that of the machine. Seal
// closes the segments, and Segment.Publish makes Parquet files of them, which may
// run in another goroutine and be tried again after an error. What a spool leaves
// behind, the Recover of a later one publishes.
//
// Its methods are used by one goroutine, but for Recover.
type Spool struct {
	dir    string
	o      SpoolOptions
	work   *workspace
	syncer *syncer

	open     map[int64]*openSegment // by hour since 1970
	sealed   []*Segment             // for the next Seal
	buffered int                    // rows in memory
	unsealed int64                  // rows appended since the last Seal, and not lost
	written  int64                  // rows that are on their way to the disk, or were
	lost     int64                  // rows that the disk would not take
	sequence int                    // of the last segment
	turn     int64                  // of the last Append

	picked byKind
	steady flow.Steadiness
	tail   *flow.Batch // rows on their way to a journal
	frame  bytes.Buffer
	idle   []*flow.Group // for the next row groups
}

// openSegment is an hour that is being filled: a segment, and the rows in
// memory that will be its next row groups.
type openSegment struct {
	*Segment // nil until the first is written
	groups   [kinds]openGroup
	turn     int64 // of the last Append into it
}

// openGroup is a row group that is being filled.
type openGroup struct {
	rows   *flow.Group // nil until the first row
	number int         // in its segment; 0: it has none yet
	noted  int         // so many of the rows are in the journal
	aged   int         // so many were there at the last FlushAged
}

// OpenSpool returns a spool into the lake at dir, which is made if it is not
// there. It fails where a living writer has the same name.
func OpenSpool(dir string, o SpoolOptions) (*Spool, error) {
	if o.Name == "" {
		return nil, errors.New("open lake: a writer needs a name")
	}
	o.RowGroupRows = cmp.Or(o.RowGroupRows, 128<<10)
	o.BufferRows = cmp.Or(o.BufferRows, 3*o.RowGroupRows)
	o.OpenHours = cmp.Or(o.OpenHours, maxOpenFiles)
	if o.OnLost == nil {
		o.OnLost = func(int64, *flow.Batch) {}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	work, err := openWorkspace(dir, o.Name, o.Logger)
	if err != nil {
		return nil, fmt.Errorf("open lake %s: %w", dir, err)
	}
	if holdsRows(work.dir) {
		err := fmt.Errorf("open lake %s: a dead writer named %s has left flows: another name is needed", dir, o.Name)
		return nil, errors.Join(err, work.lock.Close())
	}
	return &Spool{
		dir: dir, o: o, work: work, syncer: newSyncer(work.dir, o.Logger),
		open: map[int64]*openSegment{}, tail: flow.NewBatch(0),
	}, nil
}

// Append adds a copy of the batch's rows to those of their hours. After an error
// some rows are lost, see Lost, and the spool goes on with the next.
func (s *Spool) Append(b *flow.Batch) error {
	s.turn++
	var faults []error
	for from, n := 0, b.Len(); from < n; {
		hour, end := sameHour(b.ReceivedAt, from)
		h, err := s.hour(hour)
		faults = append(faults, err)
		s.steady = b.Steady(s.steady, from, end)
		for kind, rows := range s.picked.of(b, from, end) {
			faults = append(faults, s.gather(hour, h, kind, b, rows))
		}
		for s.buffered > s.o.BufferRows {
			faults = append(faults, s.encode(s.longest()))
		}
		from = end
	}
	return s.wrap("append to", faults)
}

// gather adds rows of b to the row groups of one kind.
func (s *Spool) gather(hour int64, h *openSegment, kind int, b *flow.Batch, rows []int32) error {
	var faults []error
	for g := &h.groups[kind]; len(rows) > 0; {
		if g.rows == nil {
			g.rows = s.group()
		}
		n := min(len(rows), s.o.RowGroupRows-g.rows.Len())
		g.rows.Append(b, rows[:n], s.steady)
		s.buffered += n
		s.unsealed += int64(n)
		if rows = rows[n:]; g.rows.Len() == s.o.RowGroupRows {
			faults = append(faults, s.encode(hour, h, g))
		}
	}
	return errors.Join(faults...)
}

// group is an empty one, with the memory of one that has done its work.
func (s *Spool) group() *flow.Group {
	if n := len(s.idle); n > 0 {
		g := s.idle[n-1]
		s.idle = s.idle[:n-1]
		return g
	}
	return flow.NewGroup()
}

// hour is the open segment of an hour. Where too many are open, the one that
// has rested longest is sealed: a replay may jump between hours.
func (s *Spool) hour(hour int64) (h *openSegment, err error) {
	h = s.open[hour]
	if h == nil {
		if len(s.open) >= s.o.OpenHours {
			err = s.seal(s.longestRested())
		}
		h = &openSegment{}
		s.open[hour] = h
	}
	h.turn = s.turn
	return h, err
}

// FlushAged writes the rows of those row groups of which some have waited since
// the last call, and has them put on the disk behind the caller's back. It is to be
// called at least twice in the time that a crash may cost: at such a pace most
// rows of a busy hour are written once, in their row group.
func (s *Spool) FlushAged() error {
	return s.flush(func(g *openGroup) bool { return g.aged > g.noted })
}

func (s *Spool) flush(due func(*openGroup) bool) error {
	var faults []error
	begun := s.written
	s.eachGroup(func(hour int64, h *openSegment, g *openGroup) {
		switch waiting := g.rows.Len() - g.noted; {
		case waiting == 0 || !due(g):
		case g.rows.Len() >= s.o.RowGroupRows/earlyPart:
			faults = append(faults, s.encode(hour, h, g))
		default:
			faults = append(faults, s.note(hour, h, g))
		}
		if g.rows != nil {
			g.aged = g.rows.Len()
		}
	})
	if s.written > begun {
		s.syncer.wake(s.segments())
	}
	return s.wrap("flush to", faults)
}

// eachGroup calls do for each row group with rows, in the same order for the same
// traffic.
func (s *Spool) eachGroup(do func(hour int64, h *openSegment, g *openGroup)) {
	for _, hour := range s.hours() {
		h := s.open[hour]
		for kind := range h.groups {
			if g := &h.groups[kind]; g.rows != nil {
				do(hour, h, g)
			}
		}
	}
}

// longest is the row group with most rows.
func (s *Spool) longest() (hour int64, h *openSegment, g *openGroup) {
	s.eachGroup(func(oneHour int64, one *openSegment, group *openGroup) {
		if g == nil || group.rows.Len() > g.rows.Len() {
			hour, h, g = oneHour, one, group
		}
	})
	return hour, h, g
}

// note writes the rows of g that are nowhere else to the journal. Where that
// fails they are not lost yet: they wait on in memory for their row group.
func (s *Spool) note(hour int64, h *openSegment, g *openGroup) error {
	if err := s.number(hour, h, g); err != nil {
		return err
	}
	s.tail.Reset()
	g.rows.Tail(s.tail, g.noted, g.rows.Len())
	if err := h.note(&s.frame, g.number, s.tail); err != nil {
		return err
	}
	n := int64(s.tail.Len())
	g.noted = g.rows.Len()
	h.rows += n
	s.written += n
	return nil
}

// encode writes g as a row group, or loses what of it is not in the journal.
func (s *Spool) encode(hour int64, h *openSegment, g *openGroup) error {
	rows, n := g.rows, int64(g.rows.Len()-g.noted)
	err := s.number(hour, h, g)
	encoded := false
	if err == nil {
		encoded, err = h.encode(g.number, rows)
	}
	if encoded {
		h.rows += n
		s.written += n
	} else if n > 0 {
		s.tail.Reset()
		rows.Tail(s.tail, g.noted, rows.Len())
		s.o.OnLost(hour, s.tail)
		s.lost += n
		s.unsealed -= n
	}
	s.buffered -= rows.Len()
	s.rest(rows)
	*g = openGroup{}
	return err
}

// rest keeps the memory of a group for the next.
func (s *Spool) rest(g *flow.Group) {
	g.Reset()
	if len(s.idle) < 2*kinds {
		s.idle = append(s.idle, g)
	}
}

// number gives g its number, and h a segment where it has none.
func (s *Spool) number(hour int64, h *openSegment, g *openGroup) error {
	if h.Segment == nil {
		segment := &Segment{lake: s.dir, folder: s.work.dir, writer: s.o.Name, hour: hour, sequence: s.sequence + 1}
		if err := s.work.create(segment); err != nil {
			return err
		}
		s.sequence++
		h.Segment = segment
	}
	if g.number == 0 {
		h.numbered++
		g.number = h.numbered
	}
	return nil
}

// longestRested is the open hour whose last row came longest ago.
func (s *Spool) longestRested() int64 {
	hours := s.hours()
	return slices.MinFunc(hours, func(a, b int64) int { return cmp.Compare(s.open[a].turn, s.open[b].turn) })
}

// seal encodes what waits of an hour, and closes its segment for writing.
func (s *Spool) seal(hour int64) error {
	var faults []error
	h := s.open[hour]
	for kind := range h.groups {
		if g := &h.groups[kind]; g.rows != nil {
			faults = append(faults, s.encode(hour, h, g))
		}
	}
	if h.Segment != nil {
		s.sealed = append(s.sealed, h.Segment)
	}
	delete(s.open, hour)
	return errors.Join(faults...)
}

// Seal writes all rows, and returns all segments since the last Seal: nothing is
// added to them any more, and they are the caller's to publish.
func (s *Spool) Seal() ([]*Segment, error) {
	var faults []error
	for _, hour := range s.hours() {
		faults = append(faults, s.seal(hour))
	}
	sealed := s.sealed
	s.sealed, s.unsealed = nil, 0
	return sealed, s.wrap("flush to", faults)
}

// Unsealed is how many rows were appended since the last Seal and are not
// lost.
func (s *Spool) Unsealed() int64 { return s.unsealed }

// Written is how many rows have been written to segments, since the spool was
// opened.
func (s *Spool) Written() int64 { return s.written }

// Lost is how many rows the disk would not take, since the spool was opened.
func (s *Spool) Lost() int64 { return s.lost }

// Close flushes and gives the name free. What was not published stays for a
// later spool to recover. Closing twice is closing once.
func (s *Spool) Close() error {
	if s.work == nil {
		return nil
	}
	sealed, err := s.Seal()
	s.syncer.close()
	for _, segment := range sealed {
		err = errors.Join(err, segment.close())
	}
	err = errors.Join(err, s.work.leave())
	s.work = nil
	return err
}

// hours are the open ones in their order, so that the same traffic gives the
// same files.
func (s *Spool) hours() []int64 {
	hours := make([]int64, 0, len(s.open))
	for hour := range s.open {
		hours = append(hours, hour)
	}
	slices.Sort(hours)
	return hours
}

// segments are those that are open for writing.
func (s *Spool) segments() []*Segment {
	segments := make([]*Segment, 0, len(s.open))
	for _, h := range s.open {
		if h.Segment != nil {
			segments = append(segments, h.Segment)
		}
	}
	return segments
}

func (s *Spool) wrap(operation string, faults []error) error {
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("%s lake %s: %w", operation, s.dir, err)
	}
	return nil
}
