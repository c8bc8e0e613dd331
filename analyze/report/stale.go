package report

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"minewatch/analyze/feedback"
)

// noticeFile and formFile are what a unit's folder has.
const (
	noticeFile = "notice.html"
	formFile   = "form.xlsx"
)

// RemoveStale removes from a folder, and from the folders of regions below it, the
// notices and forms of units that this writer did not write: an earlier report did,
// and who sends all that is there would accuse a unit that is cleared, or tell one
// twice. Whatever else is in a unit's folder stays, and a folder that is then empty
// goes. It returns the folders of these units; a writer that wrote only a draft
// leaves notices alone.
func (w *Writer) RemoveStale(folder string) (removed []string, err error) {
	return w.removeStale(folder, w.wrote)
}

// RemoveStaleTranslations is RemoveStale for a folder with the report of the same week
// and region in another language: of its notices those stay that tell what a notice of
// this writer does, in whichever folder, to whom and of whom.
func (w *Writer) RemoveStaleTranslations(folder string) (removed []string, err error) {
	return w.removeStale(folder, func(dir string) (bool, error) {
		told, err := feedback.ToldBy(filepath.Join(dir, formFile))
		return w.told[told], err
	})
}

func (w *Writer) removeStale(folder string, stays func(unit string) (bool, error)) (removed []string, err error) {
	if !w.issued {
		return nil, nil
	}
	dirs := []string{folder}
	for level := 0; level <= levelsOfRegions; level++ {
		var deeper []string
		for _, dir := range dirs {
			stale, err := staleUnits(filepath.Join(dir, "units"), stays)
			if err != nil {
				return removed, err
			}
			// What somebody put aside in here, such as a copy of what was sent, is no region.
			if len(stale) > 0 && (level == 0 || isRegion(dir, level)) {
				for _, unit := range stale {
					if err := removeUnit(unit); err != nil {
						return removed, err
					}
					removed = append(removed, unit)
				}
				if err := removeEmpty(filepath.Join(dir, "units")); err != nil {
					return removed, err
				}
			}
			inside, err := foldersIn(dir)
			if err != nil {
				return removed, err
			}
			deeper = append(deeper, slices.DeleteFunc(inside, func(path string) bool { return slices.Contains(partsOfReport, filepath.Base(path)) })...)
		}
		dirs = deeper
	}
	return removed, nil
}

// levelsOfRegions is how deep the folders of regions lie: CITY, and CITY/COUNTY.
const levelsOfRegions = 2

// foldersIn are the paths of the folders in a folder; none if it is not there.
func foldersIn(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var folders []string
	for _, e := range entries {
		if e.IsDir() {
			folders = append(folders, filepath.Join(dir, e.Name()))
		}
	}
	return folders, nil
}

// staleUnits are the folders of units that have a notice or a form, and do not stay.
func staleUnits(units string, stays func(unit string) (bool, error)) ([]string, error) {
	folders, err := foldersIn(units)
	if err != nil {
		return nil, err
	}
	var stale []string
	for _, dir := range folders {
		if !isFile(filepath.Join(dir, noticeFile)) && !isFile(filepath.Join(dir, formFile)) {
			continue
		}
		stay, err := stays(dir)
		if err != nil {
			return nil, err
		}
		if !stay {
			stale = append(stale, dir)
		}
	}
	return stale, nil
}

// wrote says whether the writer wrote the folder of a unit. A file system without
// upper case may tell its name otherwise than it was written.
func (w *Writer) wrote(dir string) (bool, error) {
	if w.units[dir] {
		return true, nil
	}
	there, err := os.Stat(dir)
	for written := range w.units {
		if err != nil || !strings.EqualFold(written, dir) {
			continue
		}
		if info, err := os.Stat(written); err == nil && os.SameFile(info, there) {
			return true, nil
		}
	}
	return false, nil
}

// isRegion says whether a folder has the report of a region of that level, 1 for a
// city and 2 for a county, and the name that RegionFolders gives it.
func isRegion(dir string, level int) bool {
	data, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		return false
	}
	var report struct{ Region string }
	if json.Unmarshal(data, &report) != nil || report.Region == "" {
		return false
	}
	parts := strings.SplitN(report.Region, "/", levelsOfRegions)
	plain, hashed := namesOfRegion(report.Region)
	return len(parts) == level && slices.Contains([]string{plain, hashed}, filepath.Base(dir))
}

// removeUnit removes a unit's notice and form, and its folder if nothing else is in it.
func removeUnit(dir string) error {
	for _, name := range []string{noticeFile, formFile} {
		path := filepath.Join(dir, name)
		if !isFile(path) {
			continue
		}
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return removeEmpty(dir)
}

func isFile(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().IsRegular()
}

func removeEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		return err
	}
	return os.Remove(dir)
}
