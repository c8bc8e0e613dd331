package analyze

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/engine"
)

// SetAside is a damaged flow file that was moved out of the flows, and what is
// known of it. Nothing is deleted: it lies in the lake's folder quarantine, and
// its note beside it.
type SetAside struct {
	File
	To      string    `json:"to"` // where it lies now, relative to the lake
	Reason  string    `json:"reason"`
	At      time.Time `json:"at"`
	Version string    `json:"version"` // of the program that did it
}

// DamagedError names a flow file that cannot be read.
type DamagedError struct {
	Path   string // relative to the lake
	Zone   *time.Location
	Reason error
}

func (e *DamagedError) Error() string { return unreadable(e.Path, e.Zone) + ": " + e.Reason.Error() }

func (e *DamagedError) Unwrap() error { return e.Reason }

// unreadable names a flow file as everybody names one that cannot be read.
func unreadable(path string, zone *time.Location) string {
	hour, _ := hourOfFolder(filepath.Dir(path))
	return fmt.Sprintf("flow file %s, of the hour from %s on (%s), cannot be read", path, hour.In(zone).Format("2006-01-02 15:04"), zone)
}

// damaged names a flow file and what is wrong with it.
func damaged(path string, zone *time.Location, reason error) *DamagedError {
	var engines *engine.DamageError
	if errors.As(reason, &engines) {
		reason = errors.New(engines.Reason)
	}
	return &DamagedError{path, zone, reason}
}

// Damaged are the flow files that an error is about.
func Damaged(err error) []*DamagedError {
	var list []*DamagedError
	switch e := err.(type) { //nolint:errorlint // the whole tree is walked
	case *DamagedError:
		return []*DamagedError{e}
	case interface{ DamagedFile() string }: // of the upkeep of the lake
		return []*DamagedError{{Path: e.DamagedFile(), Zone: time.UTC, Reason: err}}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			list = append(list, Damaged(inner)...)
		}
	case interface{ Unwrap() error }:
		return Damaged(e.Unwrap())
	}
	return list
}

// namedFile is how the engine names a file that it could not read, of the tables
// whose folders tell a time.
var namedFile = regexp.MustCompile(`(?i)file ['"](?:[^'"\n]*/)?((flows/date=[0-9-]+/hour=[0-9]+)/[^'"\n]+|(?:contacts|figures|suspects|evidence|coverage)/day=([0-9-]+)/[^'"\n]+)['"]`)

// Advise adds to an error what to do about the damaged files of the lake that it is
// about, in the same words whichever command met them: that of a night, of its day,
// else of the day of the file. Other errors stay as they are.
func (o *Options) Advise(err error, day Day) error {
	days := map[Day]bool{}
	tell := func(path string) {
		path = strings.TrimPrefix(path, filepath.Clean(o.Lake)+string(filepath.Separator))
		days[o.dayOfFile(path)] = true
		if named := unreadable(path, o.Zone); !strings.Contains(err.Error(), named) {
			err = fmt.Errorf("%s: %w", named, err)
		}
	}
	for _, d := range Damaged(err) {
		tell(d.Path)
	}
	if len(days) == 0 && !errors.Is(err, engine.ErrDamaged) {
		return err
	}
	if m := namedFile.FindStringSubmatch(fmt.Sprint(err)); m != nil && len(days) == 0 {
		if m[3] != "" {
			return fmt.Errorf("%w\n%s", err, rerunOrRestore(Day(m[3])))
		}
		tell(m[1])
	}
	which := "--day DAY"
	sorted := slices.Sorted(maps.Keys(days))
	switch {
	case day == "" && len(days) == 0:
		err = fmt.Errorf("%w\nthe engine does not say which: 'minewatch nightly --day DAY' names it, run for the days in question", err)
	case day != "":
		which = "--day " + string(day)
	case len(sorted) == 1:
		which = "--day " + string(sorted[0])
	case len(sorted) > 1:
		which = "--from " + string(sorted[0]) + " --to " + string(sorted[len(sorted)-1])
	}
	return fmt.Errorf("%w\nrestore it from a backup, or run 'minewatch nightly %s --set-aside', which moves it to quarantine and goes on without it", err, which)
}

// dayOfFile is the day of the site in which the hour of a flow file begins.
func (o *Options) dayOfFile(path string) Day {
	hour, _ := hourOfFolder(filepath.Dir(path))
	return DayOf(hour, o.Zone)
}

// rerunOrRestore is what to do about a file that a night wrote and that is not as it
// was.
func rerunOrRestore(day Day) string {
	return fmt.Sprintf("run the night of %s again ('minewatch nightly --day %s'), or restore it from a backup where its flows are gone", day, day)
}

const quarantine = "quarantine"

// MoveAside moves damaged flow files out of the flows, so that nights can be run
// without them. Each keeps its path below quarantine/, where nobody reads, and
// gets a note; every night of its day says that it is missing.
func (o *Options) MoveAside(damaged []*DamagedError) ([]SetAside, error) {
	var list []SetAside
	for _, d := range damaged {
		f, err := hashFile(o.Lake, filepath.Join(o.Lake, d.Path))
		if err != nil {
			return list, fmt.Errorf("set aside %s: %w", d.Path, err)
		}
		s := SetAside{File: f, To: filepath.Join(quarantine, d.Path), Reason: d.Reason.Error(), At: o.Now().UTC(), Version: o.Version}
		text, err := json.MarshalIndent(&s, "", "  ")
		if err != nil {
			return list, err
		}
		// The note first: what is moved has one, however the program ends.
		to := filepath.Join(o.Lake, s.To)
		if err := engine.WriteFile(to+".json", append(text, '\n')); err != nil {
			return list, err
		}
		if err := engine.Rename(filepath.Join(o.Lake, d.Path), to); err != nil {
			return list, err
		}
		list = append(list, s)
	}
	return list, nil
}

// readQuarantine reads the notes of what was set aside, by the paths of before.
func readQuarantine(lake string) (map[string]SetAside, error) {
	found := map[string]SetAside{}
	err := eachSetAside(lake, filepath.Join(lake, quarantine, "flows", "date=*", "hour=*"), func(s SetAside) { found[s.Path] = s })
	return found, err
}

// quarantined are the files of a day's hours that were set aside.
func quarantined(lake string, from, to time.Time) ([]SetAside, error) {
	var list []SetAside
	for hour := from.UTC().Truncate(time.Hour); hour.Before(to); hour = hour.Add(time.Hour) {
		err := eachSetAside(lake, filepath.Join(lake, quarantine, hourFolder("flows", hour)), func(s SetAside) { list = append(list, s) })
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// eachSetAside reads the notes in some folders, but for those whose file was not
// moved, as the program was killed before, or is in its place again: put back, or
// a whole one from a backup.
func eachSetAside(lake, folders string, do func(SetAside)) error {
	return eachJSON(filepath.Join(folders, "*.json"), func(path string, text []byte) error {
		var s SetAside
		if err := json.Unmarshal(text, &s); err != nil {
			return err
		}
		if isThere(strings.TrimSuffix(path, ".json")) && !isThere(filepath.Join(lake, s.Path)) {
			do(s)
		}
		return nil
	})
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
