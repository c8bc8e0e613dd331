package ledger

import (
	"fmt"
	"path/filepath"
	"time"

	"minewatch/analyze/sheet"
	"minewatch/analyze/versions"
)

// Kind is what a version is of.
type Kind string

// The kinds. They share a folder of the lake and its numbers.
const (
	Ranges     Kind = "ranges"
	Exclusions Kind = "exclusions"
)

// file is the name of the kind's table.
func (k Kind) file() string { return string(k) + ".csv" }

// Version is one kept version of the ledger or of the exclusions.
type Version struct {
	versions.Version
}

// Kind is what the version is of.
func (v *Version) Kind() Kind { return Kind(v.Manifest.Kind) }

// RowsPath is the path of the version's ranges.csv or exclusions.csv.
func (v *Version) RowsPath() string { return v.Path(v.Kind().file()) }

func store(lakeDir string) *versions.Store { return versions.Open(filepath.Join(lakeDir, "ledger")) }

// Versions returns every version in the lake, of both kinds, in the order of
// import. A version whose manifest cannot be read is an error.
func Versions(lakeDir string) ([]Version, error) {
	kept, err := store(lakeDir).List()
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	list := make([]Version, len(kept))
	for i, v := range kept {
		list[i] = Version{v}
	}
	return list, nil
}

// Current returns what was in effect at asOf: of each kind the last version
// imported at or before it, or nil. The zero time means now.
func Current(lakeDir string, asOf time.Time) (ranges, exclusions *Version, err error) {
	list, err := Versions(lakeDir)
	if err != nil {
		return nil, nil, err
	}
	for i := range list {
		if !asOf.IsZero() && list[i].ImportedAt.After(asOf) {
			continue
		}
		if list[i].Kind() == Exclusions {
			exclusions = &list[i]
		} else {
			ranges = &list[i]
		}
	}
	return ranges, exclusions, nil
}

// Find returns the version that reference means: NAME (its newest), NAME@HASH,
// a number of the order of imports, or a folder's name.
func Find(list []Version, reference string) (Version, error) {
	kept := make([]versions.Version, len(list))
	for i, v := range list {
		kept[i] = v.Version
	}
	v, err := versions.Find(kept, reference)
	if err != nil {
		return Version{}, fmt.Errorf("ledger: %w; 'minewatch ledger list' shows them", err)
	}
	return Version{v}, nil
}

// ReadRows returns the ranges of a version of that kind after comparing the
// file with its hash.
func (v *Version) ReadRows() ([]Row, error) { return read(v, Ranges, Columns) }

// ReadExclusions is ReadRows for a version of the exclusions.
func (v *Version) ReadExclusions() ([]Exclusion, error) {
	return read(v, Exclusions, ExclusionColumns)
}

func read[T any](v *Version, kind Kind, columns []sheet.Column[T]) ([]T, error) {
	rows, err := sheet.ReadVersion(&v.Version, kind.file(), columns)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return rows, nil
}
