package lake

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// publish gives each file its final name, durably: all of them or, after an
// error, none. Files and lake have to be on the same file system.
func publish(dir string, finished []*finishedFile) ([]File, error) {
	var (
		files   []File
		visible []string
		folders = map[string]bool{}
	)
	undo := func(err error) ([]File, error) {
		for _, path := range visible {
			err = errors.Join(err, removeIfThere(path))
		}
		return nil, err
	}
	for _, f := range finished {
		final := filepath.Join(dir, filepath.FromSlash(f.Path))
		folder := filepath.Dir(final)
		if err := makeFolder(folder); err != nil {
			return undo(err)
		}
		if err := os.Rename(f.temporary, final); err != nil {
			return undo(err)
		}
		files = append(files, f.File)
		visible = append(visible, final)
		folders[folder] = true
	}
	for folder := range folders {
		if err := syncFolder(folder); err != nil {
			return undo(err)
		}
	}
	return files, nil
}

// makeFolder makes the folder and those above it, each of them durably: a
// file's name is only safe when the names on its whole path are.
func makeFolder(path string) error {
	err := os.Mkdir(path, 0o755)
	switch {
	case err == nil:
		return syncFolder(filepath.Dir(path))
	case errors.Is(err, os.ErrExist):
		info, err := os.Stat(path)
		if err == nil && !info.IsDir() {
			return fmt.Errorf("make folder %s: a file of this name is in the way", path)
		}
		return err
	case (errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ENOTDIR)) && filepath.Dir(path) != path:
		if err := makeFolder(filepath.Dir(path)); err != nil {
			return err
		}
		return makeFolder(path)
	default:
		return err
	}
}

// syncFolder puts the names in a folder on the disk.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
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
	return syncFolder(filepath.Dir(path))
}
