package analyze

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	Reason error
}

func (e *DamagedError) Error() string {
	hour, _ := hourOfFolder(filepath.Dir(e.Path))
	return fmt.Sprintf("flow file %s, of the hour from %s on (UTC), cannot be read: %v", e.Path, hour.Format("2006-01-02 15:04"), e.Reason)
}

func (e *DamagedError) Unwrap() error { return e.Reason }

// Damaged are the flow files that an error is about.
func Damaged(err error) []*DamagedError {
	var list []*DamagedError
	switch e := err.(type) { //nolint:errorlint // the whole tree is walked
	case *DamagedError:
		return []*DamagedError{e}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			list = append(list, Damaged(inner)...)
		}
	case interface{ Unwrap() error }:
		return Damaged(e.Unwrap())
	}
	return list
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
	err := eachJSON(filepath.Join(lake, quarantine, "flows", "date=*", "hour=*", "*.json"), func(path string, text []byte) error {
		if _, err := os.Stat(strings.TrimSuffix(path, ".json")); errors.Is(err, fs.ErrNotExist) {
			return nil // killed before it was moved, or put back
		}
		var s SetAside
		err := json.Unmarshal(text, &s)
		found[s.Path] = s
		return err
	})
	return found, err
}

// quarantined are the files of a day's hours that were set aside.
func quarantined(lake string, from, to time.Time) ([]SetAside, error) {
	var list []SetAside
	for hour := from.UTC().Truncate(time.Hour); hour.Before(to); hour = hour.Add(time.Hour) {
		folder := filepath.Join(lake, quarantine, hourFolder("flows", hour))
		err := eachJSON(filepath.Join(folder, "*.json"), func(path string, text []byte) error {
			if _, err := os.Stat(strings.TrimSuffix(path, ".json")); errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			var s SetAside
			err := json.Unmarshal(text, &s)
			list = append(list, s)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}
