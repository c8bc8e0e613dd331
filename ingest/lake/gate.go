package lake

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// UpkeepFolder is where compaction and retention work, below the lake: what
// lies in it is never read.
const UpkeepFolder = "upkeep"

// The gate is a lock between those who add files to the hours of a lake, any
// number at a time, and whoever replaces or removes an hour as a whole. Without
// it a file could be renamed into a folder that was just taken away.
const gateName = "gate"

// CloseGate waits until nobody publishes, and keeps everybody from it until
// the returned function is called. It is for moments: collectors wait.
func CloseGate(dir string) (open func() error, err error) {
	return passGate(dir, unix.LOCK_EX)
}

// enterGate is passed by who publishes; the returned function is to be called
// when all names are in place.
func enterGate(dir string) (leave func() error, err error) {
	return passGate(dir, unix.LOCK_SH)
}

func passGate(dir string, how int) (func() error, error) {
	if err := makeFolder(filepath.Join(dir, UpkeepFolder)); err != nil {
		return nil, err
	}
	file, err := openLocked(filepath.Join(dir, UpkeepFolder, gateName), how)
	if err != nil {
		return nil, err
	}
	return file.Close, nil
}

// ErrUpkeep is returned where compaction or retention is at work already.
var ErrUpkeep = errors.New("compaction or retention is at work in this lake: wait until it is done")

// LockUpkeep makes the upkeep folder of the lake the caller's own until the
// returned function is called. It does not wait, but fails with ErrUpkeep.
func LockUpkeep(dir string) (unlock func() error, err error) {
	if err := makeFolder(filepath.Join(dir, UpkeepFolder)); err != nil {
		return nil, err
	}
	file, err := openLocked(filepath.Join(dir, UpkeepFolder, lockName), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, fmt.Errorf("lake %s: %w", dir, ErrUpkeep)
	}
	if err != nil {
		return nil, err
	}
	return file.Close, nil
}

// openLocked opens the file, makes it if need be, and locks it until it is
// closed, or until the process ends in whatever way.
func openLocked(path string, how int) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err = unix.Flock(int(file.Fd()), how)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), file.Close())
	}
	return file, nil
}
