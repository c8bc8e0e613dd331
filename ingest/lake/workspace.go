package lake

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// workspace is a writer's folder hot/<name>, where its files grow. The file
// "lock" in it is locked for as long as the writer lives, so that others can
// tell what a dead writer left: the kernel unlocks it however the writer ends.
type workspace struct {
	dir  string
	lock *os.File
}

const lockName = "lock"

// openWorkspace makes the folder and locks it, after it has removed those of
// dead writers in which there is nothing to recover. Writers come and go one at a time, under the lock of hot/
// itself: nobody can take a folder for dead that is just being made.
func openWorkspace(lake, name string, log *slog.Logger) (*workspace, error) {
	hot := filepath.Join(lake, "hot")
	if err := makeFolder(hot); err != nil {
		return nil, err
	}
	gate, err := lockFile(filepath.Join(hot, lockName), 0)
	if err != nil {
		return nil, err
	}
	defer gate.Close() //nolint:errcheck // nothing was written; closing unlocks

	if err := removeDead(hot, log); err != nil {
		return nil, err
	}
	dir := filepath.Join(hot, name)
	if err := makeFolder(dir); err != nil {
		return nil, err
	}
	lock, err := lockFile(filepath.Join(dir, lockName), unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, fmt.Errorf("a writer named %s is at work in it: wait until it is done", name)
	}
	if err != nil {
		return nil, err
	}
	return &workspace{dir: dir, lock: lock}, nil
}

// removeDead removes the folders of writers that live no more, but for those
// with rows that a Spool can still recover.
func removeDead(hot string, log *slog.Logger) error {
	entries, err := os.ReadDir(hot)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		dir := filepath.Join(hot, e.Name())
		lock, err := lockFile(filepath.Join(dir, lockName), unix.LOCK_NB)
		if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, os.ErrNotExist) {
			continue // alive, or just now gone
		}
		if err != nil {
			return err
		}
		if holdsRows(dir) {
			if err := lock.Close(); err != nil {
				return err
			}
			continue
		}
		if isBare(dir) {
			log.Info("removing the folder of a dead writer, which had nothing under way", slog.String("folder", dir))
		} else {
			log.Warn("removing the half-written files of a dead writer", slog.String("folder", dir))
		}
		if err := errors.Join(os.RemoveAll(dir), lock.Close()); err != nil {
			return err
		}
	}
	return nil
}

// isBare says that there is nothing in a writer's folder but its lock.
func isBare(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && !slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() != lockName })
}

// lockFile locks the file for its opener alone, until it is closed. With
// unix.LOCK_NB it does not wait, but fails with EWOULDBLOCK.
func lockFile(path string, how int) (*os.File, error) {
	return openLocked(path, unix.LOCK_EX|how)
}

func (w *workspace) path(name string) string { return filepath.Join(w.dir, name) }

// create makes the file of a segment. Where somebody has removed the folder
// from under its living writer, it is made and locked again.
func (w *workspace) create(s *Segment) error {
	err := s.create()
	if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := makeFolder(w.dir); err != nil {
		return err
	}
	lock, err := lockFile(w.path(lockName), unix.LOCK_NB)
	if err != nil {
		return err
	}
	if err := w.lock.Close(); err != nil { // of a file that has no name any more
		return errors.Join(err, lock.Close())
	}
	w.lock = lock
	return s.create()
}

// leave gives the folder free: with what is in it to recover, or not at all.
func (w *workspace) leave() error {
	if holdsRows(w.dir) {
		return w.lock.Close()
	}
	return w.close()
}

// close removes the folder and unlocks it.
func (w *workspace) close() error {
	return errors.Join(os.RemoveAll(w.dir), w.lock.Close())
}
