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
	// FrameRows bounds the rows that wait in memory to be written, over all
	// hours, at about 180 bytes a row; what a crash of the process takes with it.
	// Default 16 Ki.
	FrameRows int
	// RowGroupRows is the length of a Parquet file's row groups, about.
	// Default 128 Ki.
	RowGroupRows int
	// OpenHours bounds the hours that are filled at once. A replay that jumps
	// between more than this gets more and smaller files. Default 128.
	OpenHours int
	// OnLost is called with the rows of an hour since 1970 that the disk would
	// not take; nil: not.
	OnLost func(hour int64, rows *flow.Batch)
	// Logger may be nil.
	Logger *slog.Logger
}

// directRows is how many rows of a batch are enough for a frame of their own,
// without being copied to wait for more.
const directRows = 2048

// Spool is a collector's way into the lake. What is appended is written, at
// every Flush, to segments under hot/: from then on it survives the death of the
// process, and after the sync that follows that of the machine. Seal closes the
// segments, and Segment.Publish makes Parquet files of them, which may run in
// another goroutine and be tried again after an error. What a spool leaves
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
	buffered int                    // rows that wait in memory
	written  int64                  // rows that are in segments
	lost     int64                  // rows that the disk would not take
	sequence int                    // of the last segment
	turn     int64                  // of the last Append
	frame    bytes.Buffer
}

// openSegment is an hour that is being filled: a segment, and the rows in
// memory that will be its next frame.
type openSegment struct {
	*Segment // nil until the first frame
	rows     *flow.Batch
	turn     int64 // of the last Append into it
}

// OpenSpool returns a spool into the lake at dir, which is made if it is not
// there. It fails where a living writer has the same name.
func OpenSpool(dir string, o SpoolOptions) (*Spool, error) {
	if o.Name == "" {
		return nil, errors.New("open lake: a writer needs a name")
	}
	o.FrameRows = cmp.Or(o.FrameRows, 16<<10)
	o.RowGroupRows = cmp.Or(o.RowGroupRows, 128<<10)
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
		open: map[int64]*openSegment{},
	}, nil
}

// Append adds a copy of the batch's rows to the segments of their hours. After
// an error some rows are lost, see Lost, and the spool goes on with the next.
func (s *Spool) Append(b *flow.Batch) error {
	s.turn++
	var faults []error
	for from, n := 0, b.Len(); from < n; {
		hour, end := hourOf(b.ReceivedAt[from]), from+1
		for end < n && end-from < s.o.FrameRows && hourOf(b.ReceivedAt[end]) == hour {
			end++
		}
		if s.buffered+end-from > s.o.FrameRows {
			faults = append(faults, s.write())
		}
		h, err := s.hour(hour)
		faults = append(faults, err)
		if end-from == n && n >= directRows && h.rows.Len() == 0 {
			faults = append(faults, s.writeRows(hour, h, b))
			break
		}
		h.rows.AppendRange(b, from, end)
		s.buffered += end - from
		from = end
	}
	return s.wrap("append to", faults)
}

// hour is the open segment of an hour. Where too many are open, the one that
// has rested longest is written and sealed: a replay may jump between hours.
func (s *Spool) hour(hour int64) (h *openSegment, err error) {
	h = s.open[hour]
	if h == nil {
		if len(s.open) >= s.o.OpenHours {
			err = s.write()
			s.seal(s.longestRested())
		}
		h = &openSegment{rows: flow.NewBatch(0)}
		s.open[hour] = h
	}
	h.turn = s.turn
	return h, err
}

// Flush writes all rows that wait in memory, and has them put on the disk
// behind the caller's back. It is to be called at least every second.
func (s *Spool) Flush() error {
	err := s.write()
	s.syncer.wake(s.segments())
	return s.wrap("flush to", []error{err})
}

// write writes the waiting rows of every hour, each as one frame.
func (s *Spool) write() error {
	var faults []error
	for _, hour := range s.hours() {
		h := s.open[hour]
		if h.rows.Len() == 0 {
			continue
		}
		faults = append(faults, s.writeRows(hour, h, h.rows))
		s.buffered -= h.rows.Len()
		if h.rows.Reset(); h.turn < s.turn-1 {
			h.rows = flow.NewBatch(0) // an hour that rests must not hold memory
		}
	}
	return errors.Join(faults...)
}

// writeRows writes rows of h's hour as one frame, or loses them.
func (s *Spool) writeRows(hour int64, h *openSegment, rows *flow.Batch) error {
	if err := s.writeFrame(hour, h, rows); err != nil {
		s.lost += int64(rows.Len())
		s.o.OnLost(hour, rows)
		return err
	}
	s.written += int64(rows.Len())
	return nil
}

// writeFrame writes the rows to the segment of h, a new one where it has none.
func (s *Spool) writeFrame(hour int64, h *openSegment, rows *flow.Batch) error {
	if h.Segment == nil {
		segment := &Segment{
			lake: s.dir, folder: s.work.dir, writer: s.o.Name,
			hour: hour, sequence: s.sequence + 1, rowGroup: s.o.RowGroupRows,
		}
		if err := s.work.create(segment); err != nil {
			return err
		}
		s.sequence++
		h.Segment = segment
	}
	batch := rows.Packed()
	defer batch.Release()
	damaged, err := h.write(&s.frame, batch)
	if damaged {
		s.seal(hour)
	}
	return err
}

// longestRested is the open hour whose last row came longest ago.
func (s *Spool) longestRested() int64 {
	hours := s.hours()
	return slices.MinFunc(hours, func(a, b int64) int { return cmp.Compare(s.open[a].turn, s.open[b].turn) })
}

// seal closes an hour's segment for writing.
func (s *Spool) seal(hour int64) {
	if h := s.open[hour]; h.Segment != nil {
		s.sealed = append(s.sealed, h.Segment)
		h.Segment = nil
	}
	if s.open[hour].rows.Len() == 0 {
		delete(s.open, hour)
	}
}

// Seal flushes, and returns all segments since the last Seal: nothing is added
// to them any more, and they are the caller's to publish.
func (s *Spool) Seal() ([]*Segment, error) {
	err := s.Flush()
	for _, hour := range s.hours() {
		s.seal(hour)
	}
	sealed := s.sealed
	s.sealed = nil
	return sealed, err
}

// Unsealed is how many rows were appended since the last Seal and are not
// lost.
func (s *Spool) Unsealed() int64 {
	rows := int64(s.buffered)
	for _, segment := range s.segments() {
		rows += segment.rows
	}
	for _, segment := range s.sealed {
		rows += segment.rows
	}
	return rows
}

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
		err = errors.Join(err, segment.sync(), segment.file.Close())
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

// syncer puts segments on the disk beside the writing: a disk that takes its
// time must not hold up the receiving.
type syncer struct {
	folder string
	log    *slog.Logger
	work   chan []*Segment
	done   chan struct{}
}

func newSyncer(folder string, log *slog.Logger) *syncer {
	s := &syncer{folder: folder, log: log, work: make(chan []*Segment, 1), done: make(chan struct{})}
	go s.run()
	return s
}

// wake has the segments synced. Where a sync is still to begin, that one is
// as good as another.
func (s *syncer) wake(segments []*Segment) {
	if len(segments) == 0 {
		return
	}
	select {
	case s.work <- segments:
	default:
	}
}

func (s *syncer) run() {
	defer close(s.done)
	named := map[*Segment]bool{} // whose names are safe, of the last segments
	for segments := range s.work {
		safe, news := map[*Segment]bool{}, false
		for _, segment := range segments {
			if err := segment.sync(); err != nil {
				s.log.Error("flows are written, but not safe from a crash of the machine", slog.Any("error", err))
			}
			safe[segment] = true
			news = news || !named[segment]
		}
		if news {
			if err := SyncPath(s.folder); err != nil {
				s.log.Error("flows are written, but not safe from a crash of the machine", slog.Any("error", err))
			}
		}
		named = safe
	}
}

func (s *syncer) close() {
	close(s.work)
	<-s.done
}
