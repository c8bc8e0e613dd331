package lockfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Folder makes a folder below parent, its name beginning with prefix, for what
// this process writes down for itself. The folder itself is locked while the
// process lives, so that it goes by remove or, if the process is killed, by the
// next Folder of any process, and never before. Where a file system has no locks
// for folders, what a killed process leaves there stays.
func Folder(parent, prefix string) (path string, remove func() error, err error) {
	sweep(parent, prefix)
	for range 10 { // another process's sweep may come between making and locking, hardly twice
		if path, err = os.MkdirTemp(parent, prefix); err != nil {
			return "", nil, err
		}
		lock, err := lockFolder(path)
		switch {
		case err == nil:
			return path, func() error { return errors.Join(os.RemoveAll(path), lock.Close()) }, nil
		case errors.Is(err, unix.EWOULDBLOCK), errors.Is(err, fs.ErrNotExist):
			continue
		case hasNoLocks(err): // so no sweep takes one either
			return path, func() error { return os.RemoveAll(path) }, nil
		}
		return "", nil, errors.Join(err, os.Remove(path))
	}
	return "", nil, fmt.Errorf("%s: another program removes what is made there", parent)
}

// sweep removes the folders whose processes are gone. Whatever cannot be looked
// at or removed is somebody else's, or the next one's task.
func sweep(parent, prefix string) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), prefix) {
			continue
		}
		path := filepath.Join(parent, e.Name())
		if lock, err := lockFolder(path); err == nil {
			_ = os.RemoveAll(path)
			_ = lock.Close()
		}
	}
}

// lockFolder locks the folder that is at path now, without waiting.
func lockFolder(path string) (*os.File, error) {
	f, err := os.OpenFile(path, unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	err = flock(f, unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		err = stillAt(f, path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// stillAt fails unless the open folder is the one at path: a sweep may have
// removed it between opening and locking.
func stillAt(f *os.File, path string) error {
	open, err := f.Stat()
	if err != nil {
		return err
	}
	now, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !os.SameFile(open, now) {
		return fs.ErrNotExist
	}
	return nil
}

// hasNoLocks tells the answers of file systems that lock no folders: NFS locks
// what is open for writing only (flock(2)), which a folder never is.
func hasNoLocks(err error) bool {
	for _, answer := range []error{unix.EBADF, unix.EINVAL, unix.ENOLCK, unix.ENOSYS, unix.EOPNOTSUPP} {
		if errors.Is(err, answer) {
			return true
		}
	}
	return false
}
