package upkeep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
)

// CompactOptions of a run. The zero value of each but Now is a good choice.
type CompactOptions struct {
	Program string           // name and version, for the manifests
	Now     func() time.Time // required

	// ClosedFor is how long an hour has to be over before it is taken as
	// closed. What arrives later is merged at the next run. Default 10 minutes.
	ClosedFor time.Duration
	// SortRows is how many rows are sorted in memory at a time, at 500 bytes
	// a row. Default 1 Mi.
	SortRows int
	// RowGroupRows is what a question about one address reads at least.
	// Default 256 Ki.
	RowGroupRows int
	// FileRows is where a file is cut and the next one begins. Default 32 Mi.
	FileRows int

	Logger *slog.Logger      // nil: discard
	OnHour func(*Compaction) // called when an hour is done; nil: not
}

func (o *CompactOptions) setDefaults() {
	o.ClosedFor = cmp.Or(o.ClosedFor, 10*time.Minute)
	o.SortRows = cmp.Or(o.SortRows, 1<<20)
	o.RowGroupRows = cmp.Or(o.RowGroupRows, 256<<10)
	o.FileRows = cmp.Or(o.FileRows, 32<<20)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.OnHour == nil {
		o.OnHour = func(*Compaction) {}
	}
}

// Compaction is what became of one hour. It is also its manifest:
// manifests/compact/<date>/<hour>-<hash>.json.
type Compaction struct {
	Program string    `json:"program"`
	Hour    time.Time `json:"hour"`
	Begun   time.Time `json:"begun"`
	Written time.Time `json:"written"`
	Rows    int64     `json:"rows"`
	// Inputs are gone, and all their rows are in Outputs.
	Inputs  []Removed   `json:"inputs"`
	Outputs []lake.File `json:"outputs"`
}

// Removed is a file that is no longer in the lake.
type Removed struct {
	Path  string `json:"path"` // relative to the lake, with slashes
	Bytes int64  `json:"bytes"`
}

// BytesBefore is the size of the inputs.
func (c *Compaction) BytesBefore() int64 {
	var n int64
	for _, f := range c.Inputs {
		n += f.Bytes
	}
	return n
}

// BytesAfter is the size of the outputs.
func (c *Compaction) BytesAfter() int64 {
	var n int64
	for _, f := range c.Outputs {
		n += f.Bytes
	}
	return n
}

// errChanged is returned where files of an hour vanished while it was merged.
var errChanged = errors.New("its files changed meanwhile")

// Compact merges the files of every closed hour that has some which are not
// merged yet. An hour that fails stays as it was and does not stop the others;
// the error joins those of all hours that did.
func Compact(ctx context.Context, dir string, o CompactOptions) error {
	o.setDefaults()
	end, err := begin(dir, o.Logger)
	if err != nil {
		return fmt.Errorf("compact: %w", err)
	}
	defer end() //nolint:errcheck // nothing was written; closing unlocks
	list, err := hours(dir)
	if err != nil {
		return fmt.Errorf("compact: %w", err)
	}
	closed := o.Now().Add(-o.ClosedFor)
	var faults []error
	for _, h := range list {
		if ctx.Err() != nil {
			return errors.Join(append(faults, ctx.Err())...)
		}
		if h.end().After(closed) {
			continue
		}
		switch done, err := o.compactHour(ctx, dir, h); {
		case errors.Is(err, errChanged):
			o.Logger.Info("hour is left for the next run", slog.String("hour", h.String()), slog.Any("reason", err))
		case err != nil:
			faults = append(faults, fmt.Errorf("compact the hour %s: %w", h, err))
		case done != nil:
			o.OnHour(done)
		}
	}
	return errors.Join(faults...)
}

// compactHour is the way of one hour. It returns nil where there is nothing to
// do.
func (o *CompactOptions) compactHour(ctx context.Context, dir string, h hour) (*Compaction, error) {
	inputs, err := mergeable(dir, h)
	if len(inputs) == 0 || err != nil {
		return nil, err
	}
	j, err := newCompactJob(dir, h, inputs)
	if err != nil {
		return nil, err
	}
	defer j.remove(o.Logger)

	begun := o.Now().UTC()
	files, rows, err := o.rewrite(ctx, j)
	if err != nil {
		return nil, err
	}
	done := &Compaction{Program: o.Program, Hour: h.start, Begun: begun, Written: o.Now().UTC(), Rows: rows}
	for _, f := range inputs {
		done.Inputs = append(done.Inputs, Removed{Path: relative(dir, h, f.name), Bytes: f.info.Size()})
	}
	for _, f := range files {
		f.Path = relative(dir, h, f.Path)
		done.Outputs = append(done.Outputs, f)
	}
	if err := j.note(done); err != nil {
		return nil, err
	}
	if err := j.exchange(); err != nil {
		return nil, err
	}
	return done, j.publishNote(done)
}

// mergeable are the files of the hour, where that is worth a merge: all that
// no writer will touch again, if some of them were not merged before.
func mergeable(dir string, h hour) ([]stored, error) {
	files, err := h.files()
	if err != nil {
		return nil, err
	}
	unfinished, err := unfinishedImports(dir)
	if err != nil {
		return nil, err
	}
	var settled []stored
	fresh := 0
	for _, f := range files {
		if slices.ContainsFunc(unfinished, func(prefix string) bool { return strings.HasPrefix(f.name, prefix) }) {
			continue
		}
		if !f.isCompacted() {
			fresh++
		}
		settled = append(settled, f)
	}
	if fresh == 0 {
		return nil, nil
	}
	return settled, nil
}

// rewrite writes all rows of the inputs, sorted, into the job's new folder,
// and holds what it wrote against what it read.
func (o *CompactOptions) rewrite(ctx context.Context, j *compactJob) ([]lake.File, int64, error) {
	s := newSorter(j.runs(), o.SortRows)
	for _, f := range j.inputs {
		if ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		if err := s.readFile(ctx, f); err != nil {
			return nil, 0, err
		}
	}
	rows, err := s.sorted()
	if err != nil {
		return nil, 0, err
	}
	defer rows.close() //nolint:errcheck // it is only read
	out := &output{dir: j.folder(), prefix: j.prefix, fileRows: int64(o.FileRows), sums: newSums()}
	defer out.abort()
	for group := flow.NewGroup(); ; group.Reset() {
		if err := rows.next(group, o.RowGroupRows); err != nil {
			return nil, 0, err
		}
		if group.Len() == 0 {
			break
		}
		if ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		if err := out.write(group); err != nil {
			return nil, 0, err
		}
	}
	if err := errors.Join(out.finish(), out.setTimes(j.newest())); err != nil {
		return nil, 0, err
	}
	for i := range s.sums {
		if s.sums[i] != out.sums[i] || s.rows != out.rows {
			return nil, 0, fmt.Errorf("read %d rows, wrote %d, and column %d differs: this is a fault of minewatch, please report it", s.rows, out.rows, i)
		}
	}
	return out.files, out.rows, nil
}
