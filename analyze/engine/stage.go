package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Staged is a written file that nobody reads yet.
type Staged struct {
	temporary, path string
	kept            bool
}

// Stage writes a relation beside path under a temporary name that no reader's
// glob matches, and syncs it. Several files of one run are staged first and
// committed together.
func (d *DB) Stage(ctx context.Context, relation, path string) (*Staged, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("publish %s: %w", relation, err)
	}
	s := &Staged{temporary: temporaryName(path), path: path}
	statement := fmt.Sprintf(
		"copy (select * from %s) to %s (format parquet, parquet_version v2, compression zstd)", relation, quote(s.temporary))
	if _, err := d.conn.ExecContext(ctx, statement); err != nil {
		return nil, errors.Join(fmt.Errorf("publish %s: %w", relation, Explain(err)), s.Abort())
	}
	if err := syncPath(s.temporary); err != nil {
		return nil, errors.Join(fmt.Errorf("publish %s: %w", relation, err), s.Abort())
	}
	return s, nil
}

// Temporary is where the file is until Commit.
func (s *Staged) Temporary() string { return s.temporary }

// Path is where the file is after Commit.
func (s *Staged) Path() string { return s.path }

// Commit gives the file its name and makes that durable.
func (s *Staged) Commit() error { return Rename(s.temporary, s.path) }

// Keep leaves the file where it is even if it is not committed: its run is
// recorded, and the next one gives it its name.
func (s *Staged) Keep() { s.kept = true }

// Abort removes the file if it was not committed.
func (s *Staged) Abort() error {
	if s.kept {
		return nil
	}
	err := os.Remove(s.temporary)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// Rename gives a file that was written and synced its name, durably.
func Rename(temporary, path string) error {
	if err := os.Rename(temporary, path); err != nil {
		return fmt.Errorf("publish %s: %w", path, err)
	}
	return syncPath(filepath.Dir(path))
}

// StageFile is Stage for a small file, such as a manifest.
func StageFile(path string, content []byte) (*Staged, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	s := &Staged{temporary: temporaryName(path), path: path}
	err := os.WriteFile(s.temporary, content, 0o644)
	if err == nil {
		err = syncPath(s.temporary)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("write %s: %w", path, err), s.Abort())
	}
	return s, nil
}

// WriteFile publishes a small file at once.
func WriteFile(path string, content []byte) error {
	s, err := StageFile(path, content)
	if err != nil {
		return err
	}
	return s.Commit()
}

// temporaryName is beside path, where no reader's glob matches.
func temporaryName(path string) string { return fmt.Sprintf("%s.%d.tmp", path, os.Getpid()) }

// syncPath flushes a file or a folder to disk.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
