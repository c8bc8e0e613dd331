package lake

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// replacedFolder, in the workspace, is where files wait that are being replaced:
// to come back after an error, else to be removed with the workspace.
const replacedFolder = "replaced"

// Replace is Publish in the place of the files old, by their paths relative to
// the lake. Those go before the new ones come, and nobody else publishes
// meanwhile: a reader sees old files, or new ones, or for a moment not all of
// either, and never a flow twice. After an error the old files are back. A
// writer that is killed within this moment takes them with it; whoever calls
// this leaves a mark that says so.
func (w *Writer) Replace(old []string) ([]File, error) {
	files, err := w.replace(old)
	if err != nil {
		return nil, fmt.Errorf("replace in lake %s: %w", w.dir, err)
	}
	w.finished, w.pending = nil, 0
	return files, nil
}

func (w *Writer) replace(old []string) ([]File, error) {
	if err := w.finishAll(); err != nil {
		return nil, err
	}
	if err := errors.Join(syncContents(w.finished), makeFolder(w.work.path(replacedFolder))); err != nil {
		return nil, err
	}
	open, err := CloseGate(w.dir)
	if err != nil {
		return nil, err
	}
	defer open() //nolint:errcheck // nothing was written; closing unlocks
	m := move{dir: w.dir}
	if err := m.out(old, w.work.path(replacedFolder)); err != nil {
		return nil, m.back(err)
	}
	files, err := m.in(w.finished)
	if err != nil {
		return nil, err
	}
	for _, path := range old {
		// An hour of which nothing is left has no folder. Others have more in it.
		hour := filepath.Dir(filepath.Join(w.dir, filepath.FromSlash(path)))
		if os.Remove(hour) == nil {
			_ = os.Remove(filepath.Dir(hour))
		}
	}
	return files, nil
}

// out moves files out of the readers' sight. What retention has deleted since
// they were listed is not there to be moved.
func (m *move) out(paths []string, aside string) error {
	for i, path := range paths {
		from := filepath.Join(m.dir, filepath.FromSlash(path))
		to := filepath.Join(aside, fmt.Sprintf("%06d.parquet.old", i+1))
		if err := os.Rename(from, to); errors.Is(err, os.ErrNotExist) {
			continue
		} else if err != nil {
			return err
		}
		m.changed(filepath.Dir(from), func() error { return os.Rename(to, from) })
	}
	// Gone for good before the new ones are there, also where the power fails.
	return m.sync()
}

// After has the writer number its files behind that sequence: a path never gets
// other content, so that a reader with an old listing finds a file gone and
// not changed.
func (w *Writer) After(sequence int) { w.sequence = max(w.sequence, sequence) }
