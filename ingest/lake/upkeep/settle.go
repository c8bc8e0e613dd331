package upkeep

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"minewatch/ingest/lake"
)

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
