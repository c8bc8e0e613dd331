package lake

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"
)

// syncParallel is how many files are put on the disk at once: a disk that is
// asked for several at a time serves them together.
const syncParallel = 16

// publish gives each file its final name, durably: all of them or, after an
// error, none. Files and lake have to be on the same file system.
func publish(dir string, finished []*finishedFile) ([]File, error) {
	if err := syncContents(finished); err != nil {
		return nil, err
	}
	leave, err := enterGate(dir)
	if err != nil {
		return nil, err
	}
	defer leave() //nolint:errcheck // nothing was written; closing unlocks
	return (&move{dir: dir}).in(finished)
}

func syncContents(finished []*finishedFile) error {
	contents := make([]string, len(finished))
	for i, f := range finished {
		contents[i] = f.temporary
	}
	return syncAll(contents)
}

// move is names that change below the lake, and how to take that back. It is
// used within the gate.
type move struct {
	dir     string
	folders map[string]bool // whose names changed, and those above them
	undo    []func() error
}

// in makes files visible.
func (m *move) in(finished []*finishedFile) (files []File, err error) {
	for _, f := range finished {
		final := filepath.Join(m.dir, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(final), 0o755); err != nil {
			return nil, m.back(err)
		}
		if err := os.Rename(f.temporary, final); err != nil {
			return nil, m.back(err)
		}
		files = append(files, f.File)
		m.changed(filepath.Dir(final), func() error { return removeIfThere(final) })
	}
	if err := m.sync(); err != nil {
		return nil, m.back(err)
	}
	return files, nil
}

func (m *move) changed(folder string, undo func() error) {
	m.undo = append(m.undo, undo)
	if m.folders == nil {
		m.folders = map[string]bool{}
	}
	for ; len(folder) >= len(filepath.Clean(m.dir)) && !m.folders[folder]; folder = filepath.Dir(folder) {
		m.folders[folder] = true
	}
}

func (m *move) sync() error {
	names := make([]string, 0, len(m.folders))
	for folder := range m.folders {
		names = append(names, folder)
	}
	return syncAll(names)
}

// back takes back what was moved, the last first.
func (m *move) back(err error) error {
	for _, undo := range slices.Backward(m.undo) {
		err = errors.Join(err, undo())
	}
	return err
}

// syncAll puts the contents of files, or the names in folders, on the disk.
func syncAll(paths []string) error {
	var g errgroup.Group
	g.SetLimit(syncParallel)
	for _, path := range paths {
		g.Go(func() error { return SyncPath(path) })
	}
	return g.Wait()
}

// SyncPath puts a file's content, or the names in a folder, on the disk.
func SyncPath(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// makeFolder makes the folder and those above it, each of them durably: a
// file's name is only safe when the names on its whole path are.
func makeFolder(path string) error {
	err := os.Mkdir(path, 0o755)
	switch {
	case err == nil:
		return SyncPath(filepath.Dir(path))
	case errors.Is(err, os.ErrExist):
		return isFolder(path)
	case errors.Is(err, os.ErrNotExist) && filepath.Dir(path) != path:
		if err := makeFolder(filepath.Dir(path)); err != nil {
			return err
		}
		// Once, not again and again: a folder above that is there and yet
		// takes no names, such as one that was deleted, stays an error.
		if err := os.Mkdir(path, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
		return SyncPath(filepath.Dir(path))
	default:
		return err
	}
}

// isFolder is an error where path is something else, such as a link to a disk
// that is not mounted.
func isFolder(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", path)
	}
	return nil
}

// WriteFile writes a file so that a reader sees the old content or the new,
// and never a half: temporary name, fsync, rename, fsync of the folder.
func WriteFile(path string, content []byte) error {
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Chmod(0o644), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, removeIfThere(file.Name()))
	}
	return SyncPath(filepath.Dir(path))
}
