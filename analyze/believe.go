package analyze

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// ErrNotAsWritten is returned where a nightly file is not what its manifest says.
var ErrNotAsWritten = errors.New("not as it was written")

// believe compares nightly files with what the manifests of their days say,
// and returns them with their hashes. Nobody is to be accused on a file that was
// damaged or changed after its night, or that a killed night left half published.
func believe(lake string, files []lakeFile) ([]File, error) {
	manifests := map[Day]*Manifest{}
	var list []File
	var faults []error
	for _, f := range files {
		now, err := hashFile(lake, f.path)
		if err != nil {
			return nil, err
		}
		day := Day(strings.TrimPrefix(filepath.Base(filepath.Dir(f.path)), "day="))
		m, ok := manifests[day]
		if !ok {
			if m, err = ReadManifest(lake, day); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			manifests[day] = m
		}
		if err := m.believes(now); err != nil {
			faults = append(faults, fmt.Errorf("%s is %w: %w: run the night of %s again ('minewatch nightly --day %s'), or restore it from a backup where its flows are gone",
				f.path, ErrNotAsWritten, err, day, day))
		}
		list = append(list, now)
	}
	return list, errors.Join(faults...)
}

// believes says whether a file is one that the night wrote.
func (m *Manifest) believes(now File) error {
	if m == nil {
		return errors.New("its day has no manifest")
	}
	i := slices.IndexFunc(m.Written, func(f File) bool { return f.Path == now.Path })
	switch {
	case i < 0:
		return errors.New("its night did not write such a file")
	case m.Written[i].SHA256 != now.SHA256:
		return fmt.Errorf("it was %d bytes with SHA-256 %s, and is %d bytes with %s", m.Written[i].Bytes, short(m.Written[i].SHA256), now.Bytes, short(now.SHA256))
	}
	return nil
}

// short is enough of a hash for people.
func short(hash string) string { return hash[:min(12, len(hash))] }
