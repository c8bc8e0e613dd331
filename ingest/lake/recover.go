package lake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"golang.org/x/sys/unix"
)

// Recovered is what a dead writer had left and is published now.
type Recovered struct {
	Writer string
	Files  []File
	Rows   int64
	Lost   int64 // rows that could not be read back: what the writer was at when it died, or damage
}

// Recover publishes what dead writers of the lake have left under hot/. It
// returns what it could do and, as the error, what it could not; that stays
// for the next Recover. It ends early, without an error, with ctx. It may run
// beside everything else that the spool does.
func (s *Spool) Recover(ctx context.Context) ([]Recovered, error) {
	dead, err := claimDead(filepath.Dir(s.work.dir))
	if err != nil {
		return nil, fmt.Errorf("recover in lake %s: %w", s.dir, err)
	}
	var (
		recovered []Recovered
		faults    []error
	)
	for _, w := range dead {
		if ctx.Err() != nil {
			faults = append(faults, w.lock.Close())
			continue
		}
		r, err := s.recover(ctx, w)
		if r.Rows > 0 || r.Lost > 0 {
			recovered = append(recovered, r)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("recover %s: %w", w.dir, err))
		}
	}
	return recovered, errors.Join(faults...)
}

// recover publishes the segments of one dead writer, whose folder is ours now.
func (s *Spool) recover(ctx context.Context, dead *workspace) (Recovered, error) {
	r := Recovered{Writer: filepath.Base(dead.dir)}
	segments, err := s.leftIn(dead)
	var faults []error
	for _, segment := range segments {
		if ctx.Err() != nil {
			return r, errors.Join(append(faults, dead.lock.Close())...)
		}
		p, err := segment.Publish()
		r.Lost += p.Lost
		if p.Torn {
			s.o.Logger.Warn("a dead writer's segment ends in the middle",
				slog.String("segment", segment.name()+journalSuffix), slog.Int64("lost_records", p.Lost))
		}
		if err != nil {
			faults = append(faults, err)
		} else if p.File != nil {
			r.Files = append(r.Files, *p.File)
			r.Rows += p.File.Rows
		}
	}
	if err = errors.Join(append(faults, err)...); err != nil {
		return r, errors.Join(err, dead.lock.Close())
	}
	return r, dead.close()
}

// leftIn lists what is to be published of a dead writer, oldest first.
func (s *Spool) leftIn(dead *workspace) ([]*Segment, error) {
	entries, err := os.ReadDir(dead.dir)
	if err != nil {
		return nil, err
	}
	var (
		segments []*Segment
		faults   []error
	)
	for _, e := range entries {
		if !isLeft(e.Name()) {
			continue
		}
		hour, sequence, ok := parseSegment(e.Name())
		if !ok {
			faults = append(faults, fmt.Errorf("%s: not a name that a writer gives", filepath.Join(dead.dir, e.Name())))
			continue
		}
		segment := &Segment{
			lake: s.dir, folder: dead.dir, writer: filepath.Base(dead.dir),
			hour: hour, sequence: sequence,
		}
		if strings.HasSuffix(e.Name(), readySuffix) {
			if segment.outcome.File, err = segment.readReady(); err != nil {
				faults = append(faults, err)
				continue
			}
			segment.converted = true
			// Its journal, if that is still there too, comes in the order of
			// names before it.
			segments = slices.DeleteFunc(segments, func(o *Segment) bool { return o.sequence == sequence })
		}
		segments = append(segments, segment)
	}
	slices.SortFunc(segments, func(a, b *Segment) int { return a.sequence - b.sequence })
	return segments, errors.Join(faults...)
}

// readReady reads what is to be known of a converted file from its footer.
func (s *Segment) readReady() (*File, error) {
	name := s.name() + readySuffix
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	r, err := file.OpenParquetFile(name, false)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	defer r.Close() //nolint:errcheck // it was only read
	received := noExtent
	for i := range r.NumRowGroups() {
		column, err := r.MetaData().RowGroup(i).ColumnChunk(0)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		statistics, err := column.Statistics()
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		if at, ok := statistics.(*metadata.Int64Statistics); ok && at.HasMinMax() {
			received = received.with(extent{at.Min(), at.Max()})
		}
	}
	return s.file(received.file(r.NumRows(), info.Size())), nil
}

// isLeft says whether a file in a writer's folder holds rows that are to be
// published.
func isLeft(entry string) bool {
	return strings.HasSuffix(entry, journalSuffix) || strings.HasSuffix(entry, readySuffix)
}

// claimDead locks the folders of dead writers that hold rows. Nobody else
// touches them until the locks are closed.
func claimDead(hot string) ([]*workspace, error) {
	gate, err := lockFile(filepath.Join(hot, lockName), 0)
	if err != nil {
		return nil, err
	}
	defer gate.Close() //nolint:errcheck // nothing was written; closing unlocks
	entries, err := os.ReadDir(hot)
	if err != nil {
		return nil, err
	}
	var dead []*workspace
	for _, e := range entries {
		dir := filepath.Join(hot, e.Name())
		if !e.IsDir() || !holdsRows(dir) {
			continue
		}
		lock, err := lockFile(filepath.Join(dir, lockName), unix.LOCK_NB)
		if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, os.ErrNotExist) {
			continue // alive, or just now gone
		}
		if err != nil {
			return dead, err
		}
		dead = append(dead, &workspace{dir: dir, lock: lock})
	}
	return dead, nil
}

func holdsRows(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && slices.ContainsFunc(entries, func(e os.DirEntry) bool { return isLeft(e.Name()) })
}
