package lake

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
)

// Published is what became of a segment.
type Published struct {
	File *File // nil: it had no readable row
	// Hour is that of the rows, since 1970, and Exporters whose they are.
	Hour      int64
	Exporters map[string]int64
	// Lost is the rows that could not be read back: a disk that lies, or one
	// that lost power.
	Lost int64
	// Torn says that the journal has something in it that is no whole frame: what
	// its writer was at when it was killed.
	Torn bool
}

// Publish completes the segment's Parquet file, moves it to where readers see it,
// and removes the rest. After an error all that is left is tried again by the
// next Publish, or by the Recover of another process: the rows are stored exactly
// once.
func (s *Segment) Publish() (Published, error) {
	p, err := s.publish()
	if err != nil {
		return p, fmt.Errorf("publish %s: %w", s.name()+journalSuffix, err)
	}
	return p, nil
}

func (s *Segment) publish() (Published, error) {
	if !s.converted {
		if err := s.convert(); err != nil {
			return Published{}, err
		}
		s.converted = true
	}
	if err := s.move(); err != nil {
		return Published{}, err
	}
	return s.outcome, nil
}

// convert makes the Parquet file whole, and gives it the name that makes it the
// one that counts.
func (s *Segment) convert() error {
	// That this fails is no loss yet: the row groups are synced once more below,
	// and the journal is read back only where they are not all there is.
	_ = s.close()
	back := readBack{segment: s}
	if s.journal == nil || len(s.unencoded) > 0 {
		if err := back.run(); err != nil {
			return err
		}
	}
	s.outcome = Published{Hour: s.hour, Exporters: s.whose, Lost: back.lost, Torn: back.torn}
	received, err := extentOf(s.parquet.Groups())
	if err != nil {
		return err
	}
	stored, size := s.parquet.Rows(), int64(0)
	if stored > 0 {
		switch size, err = s.complete(); {
		case errors.Is(err, os.ErrNotExist) && s.hasFolder():
			stored = 0 // somebody has removed the files
			s.outcome.Exporters = nil
		case err != nil:
			return err
		}
	}
	s.outcome.Lost = max(s.outcome.Lost, s.rows-stored)
	if stored > 0 {
		s.outcome.File = s.file(received.file(stored, size))
	}
	return nil
}

// complete writes the end of the file and renames it.
func (s *Segment) complete() (size int64, err error) {
	file, err := os.OpenFile(s.name()+groupsSuffix, os.O_WRONLY, 0)
	if err != nil {
		return 0, err
	}
	footer := s.parquet.Footer()
	size = s.parquet.Size() + int64(len(footer))
	_, err = file.WriteAt(footer, s.parquet.Size())
	// Behind the end there may be a row group that did not fit.
	if err = errors.Join(err, file.Truncate(size), file.Sync(), file.Close()); err != nil {
		return 0, err
	}
	if err := os.Rename(s.name()+groupsSuffix, s.name()+readySuffix); err != nil {
		return 0, err
	}
	return size, SyncPath(s.folder)
}

// file is the Parquet file as readers find it.
func (s *Segment) file(f File) *File {
	f.Path = s.finalPath()
	return &f
}

// finalPath is where readers see the rows, relative to the lake.
func (s *Segment) finalPath() string {
	return path.Join(partitionPath(s.hour), fmt.Sprintf("%s-%06d.parquet", s.writer, s.sequence))
}

// move takes what is superfluous now out of the way, for good, and only then the
// file to where readers see it.
func (s *Segment) move() error {
	for _, suffix := range []string{journalSuffix, groupsSuffix} {
		if err := removeIfThere(s.name() + suffix); err != nil {
			return err
		}
	}
	if err := SyncPath(s.folder); err != nil {
		return err
	}
	if s.outcome.File == nil {
		return nil
	}
	leave, err := enterGate(s.lake)
	if err != nil {
		return err
	}
	defer leave() //nolint:errcheck // nothing was written; closing unlocks
	final := filepath.Join(s.lake, filepath.FromSlash(s.finalPath()))
	if err := makeFolder(filepath.Dir(final)); err != nil {
		return err
	}
	// Where it is gone, an earlier attempt moved it and then did not come to
	// its end.
	if err := os.Rename(s.name()+readySuffix, final); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return errors.Join(SyncPath(filepath.Dir(final)), SyncPath(s.folder))
}
