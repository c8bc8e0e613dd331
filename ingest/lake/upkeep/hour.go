package upkeep

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// hour is the folder of one hour of the lake.
type hour struct {
	start time.Time
	path  string
}

// hours are the folders of flows in the lake, the oldest first. What is named
// otherwise is not ours, and left alone.
func hours(lake string) ([]hour, error) {
	folders, err := filepath.Glob(filepath.Join(lake, "flows", "date=*", "hour=*"))
	if err != nil {
		return nil, err
	}
	var list []hour
	for _, path := range folders {
		date := strings.TrimPrefix(filepath.Base(filepath.Dir(path)), "date=")
		start, err := time.Parse("2006-01-02 15", date+" "+strings.TrimPrefix(filepath.Base(path), "hour="))
		if err == nil {
			list = append(list, hour{start, path})
		}
	}
	slices.SortFunc(list, func(a, b hour) int { return a.start.Compare(b.start) })
	return list, nil
}

func (h hour) String() string { return h.start.Format("2006-01-02T15") }

// end is when the next hour begins.
func (h hour) end() time.Time { return h.start.Add(time.Hour) }

// stored is a file in the folder of an hour.
type stored struct {
	name string
	info fs.FileInfo
}

// files are the Parquet files in the folder, by name. Anything else but a
// regular file is an error: nobody but a person can have put it there.
func (h hour) files() ([]stored, error) {
	entries, err := os.ReadDir(h.path)
	if err != nil {
		return nil, err
	}
	var list []stored
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed since
		}
		if err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() || !strings.HasSuffix(e.Name(), ".parquet") {
			return nil, fmt.Errorf("%s is no flow file: move it out of the lake", filepath.Join(h.path, e.Name()))
		}
		list = append(list, stored{e.Name(), info})
	}
	return list, nil
}

// same says whether s is still the file that it was when other was seen.
func (s stored) same(other stored) bool {
	return s.name == other.name && os.SameFile(s.info, other.info) && s.info.Size() == other.info.Size()
}

// isCompacted says by its name that Compact wrote the file.
func (s stored) isCompacted() bool { return strings.HasPrefix(s.name, compactedPrefix) }

const compactedPrefix = "compact-"
