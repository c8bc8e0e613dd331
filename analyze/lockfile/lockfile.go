// Package lockfile keeps two programs from writing the same thing at once, and
// tells what belongs to a program that is gone.
//
// The lock is the system's (flock), on a file that stays: it is released when
// the process ends, however it does, so none is ever stale. What stands in the
// file only tells others who holds it.
package lockfile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Owner is who holds a lock.
type Owner struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Since   time.Time `json:"since"`
	Command string    `json:"command"`
}

func (o *Owner) String() string {
	if o.PID == 0 {
		return "another process" // it holds the lock and has not said yet who it is
	}
	return fmt.Sprintf("'%s' (process %d on %s) since %s", o.Command, o.PID, o.Host, o.Since.Format(time.RFC3339))
}

// HeldError is returned where somebody else holds the lock.
type HeldError struct{ Owner Owner }

func (e *HeldError) Error() string { return "held by " + e.Owner.String() }

// Wait waits until no other process holds the lock file at path.
func Wait(path string) (unlock func(), err error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	if err := flock(f, unix.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return func() { _ = f.Close() }, nil
}

// retryEvery is how often Take looks again: often for a short wait, and never
// a load.
const retryEvery = 100 * time.Millisecond

// Take takes the lock and writes into the file whose it is. Where another holds
// it longer than patience, it fails with a HeldError.
func Take(ctx context.Context, path, command string, now func() time.Time, patience time.Duration) (unlock func(), err error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	end := time.After(patience)
	for {
		err = flock(f, unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EWOULDBLOCK) {
			break
		}
		held := &HeldError{read(f)}
		if patience <= 0 {
			return nil, errors.Join(held, f.Close())
		}
		select {
		case <-end:
			return nil, errors.Join(held, f.Close())
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), f.Close())
		case <-time.After(retryEvery):
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	host, _ := os.Hostname()
	write(f, &Owner{PID: os.Getpid(), Host: host, Since: now().UTC().Truncate(time.Second), Command: command})
	return func() {
		_ = f.Truncate(0)
		_ = f.Close()
	}, nil
}

func open(path string) (*os.File, error) { return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o640) }

func flock(f *os.File, how int) error {
	for {
		err := unix.Flock(int(f.Fd()), how)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// write says whose the lock is. On a full disk it is held all the same, and
// only the name is missing.
func write(f *os.File, o *Owner) {
	text, err := json.Marshal(o)
	if err != nil {
		return
	}
	_ = f.Truncate(0)
	_, _ = f.WriteAt(append(text, '\n'), 0)
}

func read(f *os.File) (o Owner) {
	text, _ := io.ReadAll(io.NewSectionReader(f, 0, 1<<16))
	_ = json.Unmarshal(text, &o)
	return o
}
