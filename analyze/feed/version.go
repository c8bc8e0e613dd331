package feed

import (
	"bytes"
	"fmt"
	"path/filepath"
	"time"

	"minewatch/analyze/sheet"
	"minewatch/analyze/versions"
)

const (
	kind        = "feed"
	entriesFile = "entries.csv"
)

// Version is one kept version of a feed.
type Version struct {
	versions.Version
}

// EntriesPath is the path of the version's entries.csv.
func (v *Version) EntriesPath() string { return v.Path(entriesFile) }

func store(lakeDir string) *versions.Store { return versions.Open(filepath.Join(lakeDir, "feeds")) }

// Versions returns every version of every feed in the lake, in the order of
// import. A lake without feeds has none; a version whose manifest cannot be
// read is an error.
func Versions(lakeDir string) ([]Version, error) {
	kept, err := store(lakeDir).List()
	if err != nil {
		return nil, fmt.Errorf("feeds: %w", err)
	}
	list := make([]Version, len(kept))
	for i, v := range kept {
		list[i] = Version{v}
	}
	return list, nil
}

// Effective returns the versions that together were the feed at asOf: of each
// name the last one imported at or before it, in the order of import. The
// zero time means now.
func Effective(list []Version, asOf time.Time) []Version {
	newest := map[string]int{}
	for _, v := range list {
		if asOf.IsZero() || !v.ImportedAt.After(asOf) {
			newest[v.Name] = max(newest[v.Name], v.Seq)
		}
	}
	var effective []Version
	for _, v := range list {
		if newest[v.Name] == v.Seq {
			effective = append(effective, v)
		}
	}
	return effective
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
		return Version{}, fmt.Errorf("feeds: %w; 'minewatch feed list' shows them", err)
	}
	return Version{v}, nil
}

// Read returns the version's entries after comparing the file with its hash.
func (v *Version) Read() ([]Entry, error) {
	table, err := v.ReadTable(entriesFile)
	if err != nil {
		return nil, fmt.Errorf("feeds: %w", err)
	}
	entries, err := sheet.Read(bytes.NewReader(table), Columns)
	if err != nil {
		return nil, fmt.Errorf("feeds: version %s: %s: %w", v.Base(), entriesFile, err)
	}
	return entries, nil
}
