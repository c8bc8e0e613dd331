package versions

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Lock waits until no other process holds the lock file at path. The system
// releases it when a process ends, however it does, so none is ever stale;
// the file itself stays.
func Lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return nil, err
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX)
		if err != unix.EINTR { //nolint:errorlint // a system call returns the bare number
			break
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { _ = f.Close() }, nil
}
