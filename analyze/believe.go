package analyze

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// ErrNotAsWritten is returned where a nightly file is not what its manifest says.
var ErrNotAsWritten = errors.New("not as it was written")

// manifests are those of nights, each read once.
type manifests struct {
	lake string
	read map[Day]*Manifest
}

// of is the manifest of a night; nil where it has none.
func (ms manifests) of(day Day) (*Manifest, error) {
	m, ok := ms.read[day]
	if !ok {
		var err error
		if m, err = ReadManifest(ms.lake, day); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		ms.read[day] = m
	}
	return m, nil
}

// believe compares nightly files with what the manifests of their days say,
// and returns them with their hashes. Nobody is to be accused on a file that was
// damaged or changed after its night, or that a killed night left half published.
func believe(lake string, files []lakeFile) ([]File, error) {
	return manifests{lake, map[Day]*Manifest{}}.believe(files)
}

func (ms manifests) believe(files []lakeFile) ([]File, error) {
	list := make([]File, len(files))
	var hashing errgroup.Group
	hashing.SetLimit(runtime.GOMAXPROCS(0))
	for i, f := range files {
		hashing.Go(func() (err error) {
			list[i], err = hashFile(ms.lake, f.path)
			return err
		})
	}
	if err := hashing.Wait(); err != nil {
		return nil, err
	}
	var faults []error
	for i, f := range files {
		day := nightOf(f.path)
		m, err := ms.of(day)
		if err != nil {
			return nil, err
		}
		if err := m.believes(list[i]); err != nil {
			faults = append(faults, fmt.Errorf("%s is %w: %w: %s", f.path, ErrNotAsWritten, err, rerunOrRestore(day)))
		}
	}
	return list, errors.Join(faults...)
}

// nightOf is the day of a nightly file, by its folder.
func nightOf(path string) Day {
	return Day(strings.TrimPrefix(filepath.Base(filepath.Dir(path)), "day="))
}

// A night that is being published has new files beside an old manifest for some
// milliseconds: its readers look again.
const (
	lookAgainAfter = 100 * time.Millisecond
	looks          = 20
)

// believedFiles are the published nightly files of a table, from and to
// included, once they are what the manifests say.
func believedFiles(ctx context.Context, lake, table string, from, to Day) (files []lakeFile, err error) {
	err = believed(ctx, lake, func(manifests) ([]lakeFile, error) {
		files, err = dayFiles(lake, table, from, to)
		return files, err
	})
	return files, err
}

// believed has nightly files listed until they are what the manifests say.
func believed(ctx context.Context, lake string, list func(manifests) ([]lakeFile, error)) error {
	return lookAgain(ctx, ErrNotAsWritten, func() error {
		ms := manifests{lake, map[Day]*Manifest{}}
		files, err := list(ms)
		if err == nil {
			_, err = ms.believe(files)
		}
		return err
	})
}

// lookAgain looks until something is other than a fault which passes when a night is
// published as a whole.
func lookAgain(ctx context.Context, passing error, look func() error) error {
	for n := 1; ; n++ {
		err := look()
		if !errors.Is(err, passing) || n == looks {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lookAgainAfter):
		}
	}
}

// steadily reads nights for who does not write them: when they are published as a
// whole, and once more where one was published meanwhile, so that no answer is from
// two runs.
func steadily(ctx context.Context, lake string, read func() error) error {
	for attempt := 1; ; attempt++ {
		if err := awaitPublished(ctx, lake); err != nil {
			return err
		}
		var result error
		grown, err := grows(lake, func() { result = read() })
		if err != nil {
			return err
		}
		if !grown || attempt == maxListings {
			return result
		}
	}
}

func awaitPublished(ctx context.Context, lake string) error {
	return lookAgain(ctx, ErrHalfPublished, func() error { return published(lake) })
}

// grows says whether a run was recorded while something was done.
func grows(lake string, do func()) (bool, error) {
	before, err := chainEntries(lake)
	if err != nil {
		return false, err
	}
	do()
	after, err := chainEntries(lake)
	return len(before) != len(after), err
}

// believes says whether a file is one that the night wrote.
func (m *Manifest) believes(now File) error {
	if m == nil {
		return errors.New("its day has no manifest")
	}
	i := slices.IndexFunc(m.Written, func(f File) bool { return f.Path == now.Path })
	switch {
	case i < 0:
		return errors.New("its night did not write such a file")
	case m.Written[i].SHA256 != now.SHA256:
		return fmt.Errorf("it was %d bytes with SHA-256 %s, and is %d bytes with %s", m.Written[i].Bytes, short(m.Written[i].SHA256), now.Bytes, short(now.SHA256))
	}
	return nil
}

// short is enough of a hash for people.
func short(hash string) string { return hash[:min(12, len(hash))] }
