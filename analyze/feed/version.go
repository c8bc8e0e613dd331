package feed

import (
	"fmt"
	"path/filepath"
	"time"

	"minewatch/analyze/intake"
	"minewatch/analyze/versions"
)

const kind = "feed"

// The tables of a version: what its original says, and what all versions of
// the feed up to this one say together.
const (
	entriesFile       = "entries.csv"
	namesFile         = "names.csv"
	standingFile      = "standing.csv"
	standingNamesFile = "standing_names.csv"
	answersFile       = "answers.csv" // of feeds that rest on answers of resolvers: all that are remembered
)

// Version is one kept version of a feed, or of a negative list.
type Version struct {
	versions.Version
}

// EntriesPath is the path of the version's entries.csv.
func (v *Version) EntriesPath() string { return v.Path(entriesFile) }

// StandingPath is the path of what the feed says up to this version. Versions
// of before there was such a table say what their original does.
func (v *Version) StandingPath() string {
	if _, ok := v.Tables[standingFile]; ok {
		return v.Path(standingFile)
	}
	return v.EntriesPath()
}

// NamesPath is the path of the names that stand by this version, empty where it
// has no such table.
func (v *Version) NamesPath() string {
	for _, file := range []string{standingNamesFile, namesFile} {
		if _, ok := v.Tables[file]; ok {
			return v.Path(file)
		}
	}
	return ""
}

// AnswersPath is the path of what resolvers said up to this version, empty
// where nobody was asked.
func (v *Version) AnswersPath() string {
	if _, ok := v.Tables[answersFile]; ok {
		return v.Path(answersFile)
	}
	return ""
}

// Answers are what resolvers said up to this version, with its windows.
func (v *Version) Answers() ([]Answer, error) {
	if _, ok := v.Tables[answersFile]; !ok {
		return nil, nil
	}
	return readTable(v, answersFile, AnswerColumns)
}

// Size is the number of entries and names that were read.
func (v *Version) Size() int {
	return v.Counts[intake.CountKept] + v.Counts[intake.CountNames]
}

func store(lakeDir string) *versions.Store { return versions.Open(filepath.Join(lakeDir, "feeds")) }

// Versions returns every version of every feed in the lake, in the order of
// import. A lake without feeds has none; a version whose manifest cannot be
// read is an error.
func Versions(lakeDir string) ([]Version, error) { return listVersions(store(lakeDir), "feeds") }

func listVersions(s *versions.Store, what string) ([]Version, error) {
	kept, err := s.List()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
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

// Read returns the version's entries, and its names, as its original says.
func (v *Version) Read() (Content, error) { return v.readList(entriesFile, namesFile) }

// Content is Read for a version of any kind.
func (v *Version) Content() (Content, error) {
	if v.Kind != negativeKind {
		return v.Read()
	}
	rows, err := v.ReadNegatives()
	c := Content{Entries: make([]Entry, len(rows))}
	for i := range rows {
		c.Entries[i] = rows[i].Entry
		c.Entries[i].identify()
	}
	return c, err
}

// Standing returns what the feed says up to this version.
func (v *Version) Standing() (Content, error) {
	if _, ok := v.Tables[standingFile]; !ok {
		return v.Read()
	}
	return v.readList(standingFile, standingNamesFile)
}

func (v *Version) readList(entries, names string) (l Content, err error) {
	if l.Entries, err = readTable(v, entries, Columns); err != nil {
		return Content{}, err
	}
	if _, ok := v.Tables[names]; ok {
		l.Names, err = readTable(v, names, NameColumns)
	}
	return l, err
}

// ReplacesEarlier says whether the version takes back what earlier ones of its
// feed said.
func (v *Version) ReplacesEarlier() bool { return v.Settings["replace"] == "true" }
