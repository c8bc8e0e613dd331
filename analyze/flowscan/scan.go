package flowscan

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"
)

// Options of a scan.
type Options struct {
	Files      []string // Parquet, of the lake's schema of flows
	Wanted     *Wanted
	Start, End time.Time     // of the day: flows that were under way in it are looked for
	Reach      time.Duration // a record whose flow ended further from its receipt is out of the reach of any night
	Counts     bool          // count the records, too
	Threads    int           // 0 = all cores
	Folder     string        // where the files of what is found go
}

// Result is what a scan found.
type Result struct {
	Found  []string // Parquet files of the relation raw_found, which are the caller's to remove
	Counts []Count  // in order of exporter and hour
}

// FileError is the fault of one flow file.
type FileError struct {
	Path string
	Err  error
}

func (e *FileError) Error() string { return fmt.Sprintf("%s: %v", e.Path, e.Err) }

// Unwrap is the fault itself.
func (e *FileError) Unwrap() error { return e.Err }

// Scan reads the files. It fails with a FileError at the first that cannot be
// read, and then leaves no file behind.
func Scan(ctx context.Context, o Options) (*Result, error) {
	if o.Threads <= 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	group, ctx := errgroup.WithContext(ctx)
	jobs := make(chan job)
	group.Go(func() error {
		defer close(jobs)
		return list(ctx, o.Files, jobs)
	})
	workers := make([]*worker, o.Threads)
	for i := range workers {
		workers[i] = newWorker(&o, i)
		group.Go(func() error { return workers[i].run(ctx, jobs) })
	}
	err := group.Wait()
	result := &Result{}
	counts := counts{}
	for _, w := range workers {
		path, fault := w.found.close()
		err = errors.Join(err, fault)
		if path != "" {
			result.Found = append(result.Found, path)
		}
		counts.add(w.counts)
	}
	if err != nil {
		for _, path := range result.Found {
			_ = os.Remove(path)
		}
		return nil, err
	}
	result.Counts = counts.sorted()
	return result, nil
}

// job is one row group to read.
type job struct {
	path   string
	footer *footer
	group  int
}

// list makes the jobs: the footers are read once.
func list(ctx context.Context, paths []string, jobs chan<- job) error {
	for _, path := range paths {
		var foot *footer
		err := guarded(path, func() error {
			f, size, err := open(path)
			if err != nil {
				return err
			}
			defer f.Close() //nolint:errcheck // only read
			foot, err = readFooter(f, size)
			return err
		})
		if err != nil {
			return err
		}
		for group := range foot.groups {
			select {
			case jobs <- job{path, foot, group}:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
	return nil
}

func open(path string) (*os.File, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

// guarded names the file of a fault. The libraries below take a damaged footer
// or page for an error, most of the time; where one of them gives up instead,
// that is a fault of the file as well.
func guarded(path string, do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errPage, p)
		}
		if err != nil && !errors.As(err, new(*foundError)) {
			err = &FileError{path, err}
		}
	}()
	return do()
}

// worker reads one row group at a time.
type worker struct {
	*Options
	counts counts
	found  found
	scratch
}

// scratch is memory that is used again for every row group.
type scratch struct {
	buffers buffers
	numbers [6][]int64 // of the columns that records are counted by
	up      marks      // rows whose destination is wanted, and its lower half
	down    marks      // rows whose source is
	more    marks      // by upper halves
	upper   []int64    // of those that may be wanted
}

func newWorker(o *Options, number int) *worker {
	w := &worker{Options: o, counts: counts{}}
	w.found.folder, w.found.number = o.Folder, number
	return w
}

func (w *worker) run(ctx context.Context, jobs <-chan job) error {
	for j := range jobs {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := guarded(j.path, func() error { return w.read(&j) }); err != nil {
			return err
		}
	}
	return nil
}

func (w *worker) read(j *job) error {
	f, size, err := open(j.path)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	rows := j.footer.groups[j.group].rows
	if rows < 0 || rows > mostRows {
		return fmt.Errorf("row group %d has %d rows: more than %d are not read", j.group, rows, mostRows)
	}
	g := &rowGroup{footer: j.footer, file: f, size: size, number: j.group, rows: int(rows), buffers: &w.buffers}
	if w.Counts {
		if err := w.count(g); err != nil {
			return err
		}
	}
	return w.look(g)
}

// mostRows bounds the memory that a row group takes.
const mostRows = 1 << 24
