package analyze

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"minewatch/analyze/engine"
)

// A night publishes several files, and the file system renames one at a time.
// So that all count or none does, however the program ends, the entry of the
// chain comes between: everything is staged and synced first; the entry, with
// the hashes of all files, is the moment from which the new night counts; then
// the files get their names, and the manifest of the day last. Who takes the
// lock of the nights finishes what the run before could not, see settle.

// publish makes staged files visible, and record the newest one of the day.
// record is called with the link that the entry has in the chain.
func publish(lake string, kind Kind, day Day, staged []*engine.Staged, record func(Link) any) error {
	link, path, err := nextLink(lake, kind, day)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(record(link), "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	e := entry{link.Seq, kind, day, path}
	// Staged before the entry, for a disk that is full must not stop the rest.
	newest, err := engine.StageFile(e.current(lake), text)
	if err != nil {
		return err
	}
	if err := engine.WriteFile(path, text); err != nil {
		return errors.Join(err, newest.Abort())
	}
	all := append(slices.Clone(staged), newest)
	for _, s := range all {
		s.Keep()
	}
	for _, s := range all {
		if err := s.Commit(); err != nil {
			return fmt.Errorf("%w: the run is recorded in %s, and published in part; the next nightly run finishes that", err, filepath.Base(path))
		}
	}
	return nil
}

// nightTables are what nights write, each in <lake>/<table>/day=<day>/.
var nightTables = []string{"contacts", "figures", "suspects", "evidence", "week_meetings", "week_figures", "coverage", "past", "watched"}

// settle finishes what a run that was killed while it published had left to
// do, and removes what others left that were killed before. The caller holds
// the lock of the nights.
func settle(lake string, log *slog.Logger) error {
	entries, err := chainEntries(lake)
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		if err := settleEntry(lake, &entries[len(entries)-1], log); err != nil {
			return err
		}
	}
	return removeStaged(lake)
}

// ErrHalfPublished is returned to readers where a run is recorded and not all of its
// files have their names: some may be those of the run before.
var ErrHalfPublished = errors.New("is not published as a whole")

// published is nil once all that the last run wrote has its name.
func published(lake string) error {
	entries, err := chainEntries(lake)
	if err != nil || len(entries) == 0 {
		return err
	}
	e := entries[len(entries)-1]
	if e.kind == KindSearch { // which changed nothing
		return nil
	}
	if _, whole, err := e.isPublished(lake); err != nil || whole {
		return err
	}
	return fmt.Errorf("the night of %s %w: a run over it (number %d) is just publishing it, or was killed while it did, or its record was changed since: "+
		"the next nightly run finishes it, such as 'minewatch nightly --day %s'; 'minewatch verify' tells more", e.day, ErrHalfPublished, e.seq, e.day)
}

// isPublished says whether the entry's record stands where readers look for it, which
// is what a run does last.
func (e *entry) isPublished(lake string) (text []byte, whole bool, err error) {
	if text, err = os.ReadFile(e.path); err != nil {
		return nil, false, err
	}
	newest, err := os.ReadFile(e.current(lake))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, false, err
	}
	return text, string(newest) == string(text), nil
}

func settleEntry(lake string, e *entry, log *slog.Logger) error {
	text, whole, err := e.isPublished(lake)
	if err != nil || whole {
		return err
	}
	var record struct {
		Written []File `json:"written"`
	}
	if err := json.Unmarshal(text, &record); err != nil {
		log.Warn("the last entry of the chain of runs is damaged; see minewatch verify", slog.String("file", e.path), slog.Any("error", err))
		return nil
	}
	for _, f := range record.Written {
		if err := settleFile(lake, f); err != nil {
			log.Warn("a night was killed while it published, and cannot be finished: run it again",
				slog.String("day", string(e.day)), slog.Any("reason", err))
			return nil
		}
	}
	log.Warn("finished a night that was killed while it published", slog.String("day", string(e.day)), slog.Int("run", e.seq))
	return engine.WriteFile(e.current(lake), text)
}

// settleFile makes sure that a file is what was written, from what is staged
// beside it where need be.
func settleFile(lake string, want File) error {
	path := filepath.Join(lake, want.Path)
	found, err := findWritten(lake, want)
	if err != nil || found == path {
		return err
	}
	if found == "" {
		return fmt.Errorf("%s is not what was written, nor is anything beside it", want.Path)
	}
	return engine.Rename(found, path)
}

// findWritten is where a file is that a run wrote: at its path, or staged beside it; ""
// where it is neither.
func findWritten(lake string, want File) (string, error) {
	path := filepath.Join(lake, want.Path)
	candidates, err := filepath.Glob(path + ".*.tmp")
	if err != nil {
		return "", err
	}
	for _, candidate := range append([]string{path}, candidates...) {
		got, err := hashFile(lake, candidate)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		if got.SHA256 == want.SHA256 {
			return candidate, nil
		}
	}
	return "", nil
}

// removeStaged removes files that no run will give a name any more.
func removeStaged(lake string) error {
	for _, pattern := range []string{"manifests/nightly/*.tmp", "manifests/searched/*.tmp", "manifests/chain/*.tmp"} {
		if err := removeAll(filepath.Join(lake, pattern)); err != nil {
			return err
		}
	}
	for _, table := range nightTables {
		if err := removeAll(filepath.Join(lake, table, "day=*", "*.tmp")); err != nil {
			return err
		}
	}
	return nil
}

func removeAll(pattern string) error {
	paths, err := filepath.Glob(pattern)
	for _, path := range paths {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}
