package upkeep

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"minewatch/ingest/lake"
)

// Located is where files are that were published once.
type Located struct {
	There   []lake.File // as they were published
	Merged  []lake.File // in compacted files, with others of their hour
	Deleted []lake.File // by retention, or by hand
}

// Locate finds out what has become of published files. A file that is gone has
// been merged where its hour has compacted files, and else deleted.
func Locate(dir string, files []lake.File) (Located, error) {
	var l Located
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		_, err := os.Lstat(path)
		if err == nil {
			l.There = append(l.There, f)
			continue
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return l, err
		}
		others, err := hour{path: filepath.Dir(path)}.files()
		switch {
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return l, err
		case slices.ContainsFunc(others, stored.isCompacted):
			l.Merged = append(l.Merged, f)
		default:
			l.Deleted = append(l.Deleted, f)
		}
	}
	return l, nil
}
