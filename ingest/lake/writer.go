package lake

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake/parquetfile"
)

// Options of a Writer. The zero value of each but Name is a good choice.
type Options struct {
	// Name is the prefix of the file names, and has to be unique among the
	// writers of a lake: a host and a time, or the hash of an input.
	Name string
	// RowGroupRows is the length of the row groups of all kinds together: what an
	// engine reads, and skips, as one is a part of it. Default 256 Ki.
	RowGroupRows int
	// FileRows is where a file is cut and the next one begins. Default 8 Mi.
	FileRows int
	// BufferRows bounds the rows in memory, over all hours, at 100 to 200 bytes a
	// row. Default twice RowGroupRows.
	BufferRows int
	// Logger may be nil.
	Logger *slog.Logger
}

// maxOpenFiles bounds the files being written at once. A log that jumps
// between more hours than this gets more and smaller files.
const maxOpenFiles = 128

// File is one published file.
type File struct {
	Path        string    `json:"path"` // relative to the lake, with slashes
	Rows        int64     `json:"rows"`
	Bytes       int64     `json:"bytes"`
	MinReceived time.Time `json:"min_received"`
	MaxReceived time.Time `json:"max_received"`
}

// Writer appends flow records to a lake. It is used by one goroutine.
type Writer struct {
	dir  string
	o    Options
	work *workspace

	partitions map[int64]*partition // by hour since 1970
	buffered   int                  // rows in memory
	pending    int64                // rows appended and not yet published
	finished   []*finishedFile      // complete, but not yet visible
	openFiles  int
	sequence   int   // of the last file
	turn       int64 // of the last Append, to find the file that has rested longest
	picked     byKind
	steady     flow.Steadiness
}

// NewWriter returns a writer into the lake at dir, which is made if it is not
// there. It fails where a living writer has the same name.
func NewWriter(dir string, o Options) (*Writer, error) {
	if o.Name == "" {
		return nil, errors.New("open lake: a writer needs a name")
	}
	o.RowGroupRows = cmp.Or(o.RowGroupRows, 256<<10)
	o.FileRows = cmp.Or(o.FileRows, 8<<20)
	o.BufferRows = cmp.Or(o.BufferRows, 2*o.RowGroupRows)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	work, err := openWorkspace(dir, o.Name, o.Logger)
	if err != nil {
		return nil, fmt.Errorf("open lake %s: %w", dir, err)
	}
	return &Writer{dir: dir, o: o, work: work, partitions: map[int64]*partition{}}, nil
}

// Append adds the records to the files of their hours. It copies them, so the
// caller may use the batch again.
//
// After an error the files under way are not trustworthy: Abort drops them
// and makes the writer usable again.
func (w *Writer) Append(b *flow.Batch) error {
	w.turn++
	w.pending += int64(b.Len())
	for from := 0; from < b.Len(); {
		hour, to := sameHour(b.ReceivedAt, from)
		if err := w.appendRange(hour, b, from, to); err != nil {
			return fmt.Errorf("append to lake %s: %w", w.dir, err)
		}
		from = to
	}
	return nil
}

// Pending is how many rows were appended since the last Publish or Abort.
func (w *Writer) Pending() int64 { return w.pending }

// appendRange adds records that were all received in the same hour.
func (w *Writer) appendRange(hour int64, b *flow.Batch, from, to int) error {
	p := w.partitions[hour]
	if p == nil {
		p = &partition{hour: hour}
		w.partitions[hour] = p
	}
	p.turn = w.turn
	for from < to {
		n := min(to-from, w.o.RowGroupRows-p.buffered())
		w.buffered -= p.buffered()
		w.steady = b.Steady(w.steady, from, from+n)
		p.append(b, w.picked.of(b, from, from+n), w.steady)
		w.buffered += p.buffered()
		from += n
		if p.buffered() == w.o.RowGroupRows {
			if err := w.flush(p); err != nil {
				return err
			}
		}
	}
	for w.buffered > w.o.BufferRows {
		if err := w.flush(w.largest()); err != nil {
			return err
		}
	}
	return nil
}

// flush writes a partition's buffered rows as row groups of its file, and
// finishes the file when it is long enough.
func (w *Writer) flush(p *partition) error {
	if p.buffered() == 0 {
		return nil
	}
	if p.file == nil {
		if w.openFiles >= maxOpenFiles {
			if err := w.finish(w.longestRested()); err != nil {
				return err
			}
		}
		w.sequence++
		file, err := CreateFlowFile(w.work.path(fmt.Sprintf("%s-%06d.parquet.tmp", w.o.Name, w.sequence)), parquetfile.Options{})
		if err != nil {
			return err
		}
		p.file, p.sequence = file, w.sequence
		w.openFiles++
	}
	w.buffered -= p.buffered()
	if err := p.flush(); err != nil {
		return err
	}
	if p.file.Rows() >= int64(w.o.FileRows) {
		return w.finish(p)
	}
	return nil
}

// finish completes a partition's file: all its rows and the footer.
func (w *Writer) finish(p *partition) error {
	if err := w.flush(p); err != nil {
		return err
	}
	if p.file == nil { // flush has just finished it
		return nil
	}
	done, err := p.finish(w.o.Name)
	w.openFiles--
	if err != nil {
		return err
	}
	w.finished = append(w.finished, done)
	return nil
}

// largest is the partition that holds the most memory, and of several the one
// that has rested longest. The choice depends on nothing but the input, so that
// the same input gives the same files.
func (w *Writer) largest() *partition {
	var found *partition
	for _, p := range w.partitions {
		if found == nil || p.buffered() > found.buffered() || p.buffered() == found.buffered() && p.restedLonger(found) {
			found = p
		}
	}
	return found
}

// longestRested is the partition with a file that has rested longest.
func (w *Writer) longestRested() *partition {
	var found *partition
	for _, p := range w.partitions {
		if p.file != nil && (found == nil || p.restedLonger(found)) {
			found = p
		}
	}
	return found
}

// Publish finishes all files and makes them visible: all or, after an error,
// none. What is pending then is no longer trustworthy, and Abort drops it.
func (w *Writer) Publish() ([]File, error) {
	if err := w.finishAll(); err != nil {
		return nil, fmt.Errorf("publish in lake %s: %w", w.dir, err)
	}
	files, err := publish(w.dir, w.finished)
	if err != nil {
		return nil, fmt.Errorf("publish in lake %s: %w", w.dir, err)
	}
	w.finished, w.pending = nil, 0
	return files, nil
}

// finishAll completes the files of all hours.
func (w *Writer) finishAll() error {
	hours := make([]int64, 0, len(w.partitions))
	for hour := range w.partitions {
		hours = append(hours, hour)
	}
	slices.Sort(hours)
	for _, hour := range hours {
		if err := w.finish(w.partitions[hour]); err != nil {
			return err
		}
		delete(w.partitions, hour)
	}
	return nil
}

// Abort drops everything that is not yet published. The writer can be used
// again afterwards.
func (w *Writer) Abort() error {
	var faults []error
	for hour, p := range w.partitions {
		faults = append(faults, p.abort())
		delete(w.partitions, hour)
	}
	for _, f := range w.finished {
		faults = append(faults, removeIfThere(f.temporary))
	}
	w.finished, w.buffered, w.pending, w.openFiles = nil, 0, 0, 0
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("abort in lake %s: %w", w.dir, err)
	}
	return nil
}

// Close drops what is not yet published and gives the name free. Closing twice
// is closing once.
func (w *Writer) Close() error {
	if w.work == nil {
		return nil
	}
	err := errors.Join(w.Abort(), w.work.close())
	w.work = nil
	return err
}
