package lake

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// syncParallel is how many files are put on the disk at once: a disk that is
// asked for several at a time serves them together.
const syncParallel = 16

// publish gives each file its final name, durably: all of them or, after an
// error, none. Files and lake have to be on the same file system.
func publish(dir string, finished []*finishedFile) ([]File, error) {
	contents := make([]string, len(finished))
	for i, f := range finished {
		contents[i] = f.temporary
	}
	if err := syncAll(contents); err != nil {
		return nil, err
	}
	leave, err := enterGate(dir)
	if err != nil {
		return nil, err
	}
	defer leave() //nolint:errcheck // nothing was written; closing unlocks

	var (
		files   []File
		visible []string
		folders = map[string]bool{}
	)
	undo := func(err error) error {
		for _, path := range visible {
			err = errors.Join(err, removeIfThere(path))
		}
		return err
	}
	for _, f := range finished {
		final := filepath.Join(dir, filepath.FromSlash(f.Path))
		folder := filepath.Dir(final)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, undo(err)
		}
		if err := os.Rename(f.temporary, final); err != nil {
			return nil, undo(err)
		}
		files = append(files, f.File)
		visible = append(visible, final)
		for ; len(folder) >= len(filepath.Clean(dir)) && !folders[folder]; folder = filepath.Dir(folder) {
			folders[folder] = true
		}
	}
	names := make([]string, 0, len(folders))
	for folder := range folders {
		names = append(names, folder)
	}
	if err := syncAll(names); err != nil {
		return nil, undo(err)
	}
	return files, nil
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
