package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// batch are files that get their names together: each is written under a temporary
// name, then all are synced, then they are named in the order in which they were
// written.
type batch struct {
	unnamed []unnamed
	named   []string // paths
	out     *bufio.Writer
}

// unnamed is a file under its temporary name.
type unnamed struct{ temporary, path string }

// syncsAtOnce is how many files are synced at a time: a disk takes a handful together
// in the time of one, and a week of a province has thousands.
const syncsAtOnce = 8

// write writes a file that commit will name; its folder is there.
func (b *batch) write(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return fmt.Errorf("save %s: %w", path, err)
	}
	if b.out == nil {
		b.out = bufio.NewWriterSize(nil, 1<<16)
	}
	b.out.Reset(f)
	// Reports name units and persons: the owner decides who else reads them.
	if err := errors.Join(write(b.out), b.out.Flush(), f.Chmod(0o640), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("save %s: %w", path, err), os.Remove(f.Name()))
	}
	b.unnamed = append(b.unnamed, unnamed{f.Name(), path})
	return nil
}

// commit makes the files durable and gives them their names.
func (b *batch) commit() error {
	var group errgroup.Group
	group.SetLimit(syncsAtOnce)
	for _, file := range b.unnamed {
		group.Go(func() error {
			f, err := os.Open(file.temporary)
			if err == nil {
				err = errors.Join(f.Sync(), f.Close())
			}
			if err != nil {
				return fmt.Errorf("save %s: %w", file.path, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for len(b.unnamed) > 0 {
		file := b.unnamed[0]
		if err := os.Rename(file.temporary, file.path); err != nil {
			return fmt.Errorf("save %s: %w", file.path, err)
		}
		b.unnamed, b.named = b.unnamed[1:], append(b.named, file.path)
	}
	return nil
}

// abandon removes what commit did not name.
func (b *batch) abandon() error {
	var errs []error
	for _, file := range b.unnamed {
		errs = append(errs, os.Remove(file.temporary))
	}
	b.unnamed = nil
	return errors.Join(errs...)
}
