package upkeep

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"minewatch/ingest/lake"
)

// begin makes the caller the only one who keeps the lake in order, until the
// returned function is called, and tidies up after runs that were killed.
func begin(dir string, log *slog.Logger) (end func() error, err error) {
	if err := wantLake(dir); err != nil {
		return nil, err
	}
	unlock, err := lake.LockUpkeep(dir)
	if err != nil {
		return nil, err
	}
	if err := settle(dir, log); err != nil {
		return nil, errors.Join(fmt.Errorf("tidy up after an interrupted run: %w", err), unlock())
	}
	return unlock, nil
}

// wantLake fails where no lake is, rather than make one of a name that was
// mistyped.
func wantLake(dir string) error {
	if _, err := os.Stat(dir); err != nil {
		return fmt.Errorf("lake %s: %w: name it with --lake", dir, err)
	}
	return nil
}

// settle finishes and removes what runs left that were killed. The caller
// holds the lock of the folder, so nobody is at work in it.
func settle(dir string, log *slog.Logger) error {
	upkeep := filepath.Join(dir, lake.UpkeepFolder)
	entries, err := os.ReadDir(upkeep)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue // the locks
		}
		job := filepath.Join(upkeep, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), compactJobs):
			err = settleCompact(dir, job)
		case strings.HasPrefix(e.Name(), retainJobs):
			err = settleRetain(dir, job)
		default:
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", job, err)
		}
		log.Warn("removing what an interrupted run left", slog.String("folder", job))
		if err := os.RemoveAll(job); err != nil {
			return err
		}
	}
	return nil
}
