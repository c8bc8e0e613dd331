package analyze

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// lineage tells what became of flow files since a night read them: compaction
// replaces the files of an hour, an import of a longer log those of a shorter
// one, retention deletes them, and a damaged one is set aside. Each leaves a
// note in the lake; what is missing without one was deleted by somebody.
type lineage struct {
	lake       string
	dates      map[string][]compaction // by date
	removed    map[string]string       // what retention deleted: path to the note that says so
	replaced   map[string]string       // what later imports replaced, likewise
	quarantine map[string]SetAside     // by path
}

// compaction is what the lake says about the merge of one hour.
type compaction struct {
	Rows   int64 `json:"rows"`
	Inputs []struct {
		Path  string `json:"path"`
		Bytes int64  `json:"bytes"`
	} `json:"inputs"`
	Outputs []struct {
		Path  string `json:"path"`
		Rows  int64  `json:"rows"`
		Bytes int64  `json:"bytes"`
	} `json:"outputs"`

	note string // path relative to the lake
}

// file is what notes say of one.
type file struct {
	Path string `json:"path"`
}

func newLineage(lake string) (*lineage, error) {
	l := &lineage{lake: lake, dates: map[string][]compaction{}, removed: map[string]string{}, replaced: map[string]string{}}
	err := eachJSON(filepath.Join(lake, "manifests", "retain", "*.json"), func(note string, text []byte) error {
		var r struct {
			Deleted []struct {
				Files []file `json:"files"`
			} `json:"deleted"`
		}
		err := json.Unmarshal(text, &r)
		for _, d := range r.Deleted {
			for _, f := range d.Files {
				l.removed[f.Path] = l.relative(note)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = eachJSON(filepath.Join(lake, "manifests", "import", "*.json"), func(note string, text []byte) error {
		var m struct {
			ReplacedBy string `json:"replaced_by"`
			Files      []file `json:"files"`
			Replaced   []file `json:"replaced"`
		}
		err := json.Unmarshal(text, &m)
		for _, f := range m.Replaced {
			l.replaced[f.Path] = l.relative(note)
		}
		for _, f := range m.Files {
			if m.ReplacedBy != "" {
				l.replaced[f.Path] = l.relative(note)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	l.quarantine, err = readQuarantine(lake)
	return l, err
}

func (l *lineage) relative(p string) string {
	if r, err := filepath.Rel(l.lake, p); err == nil {
		return r
	}
	return p
}

// eachJSON reads the files that match, in the order of their names.
func eachJSON(pattern string, do func(path string, text []byte) error) error {
	paths, err := filepath.Glob(pattern)
	if err != nil {
		return err
	}
	for _, p := range paths {
		text, err := os.ReadFile(p)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = do(p, text)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
	}
	return nil
}

// compactions are those of the hours of one date.
func (l *lineage) compactions(date string) ([]compaction, error) {
	if list, ok := l.dates[date]; ok {
		return list, nil
	}
	list := []compaction{}
	err := eachJSON(filepath.Join(l.lake, "manifests", "compact", date, "*.json"), func(note string, text []byte) error {
		c := compaction{note: l.relative(note)}
		err := json.Unmarshal(text, &c)
		list = append(list, c)
		return err
	})
	l.dates[date] = list
	return list, err
}

// fate is what became of one flow file.
type fate string

const (
	fateThere       fate = "there"
	fateCompacted   fate = "compacted"   // all that its rows became is there
	fateExpired     fate = "expired"     // retention deleted it, or what it became
	fateReplaced    fate = "replaced"    // an import of a longer file holds its rows now
	fateQuarantined fate = "quarantined" // set aside as damaged
	fateMissing     fate = "missing"     // and no note tells why
	fateChanged     fate = "changed"     // there, but other bytes
)

// follow tells what became of a file and of what it was merged into, and
// which note says so.
func (l *lineage) follow(name string) (fate, string, error) {
	_, err := os.Stat(filepath.Join(l.lake, filepath.FromSlash(name)))
	if err == nil {
		return fateThere, "", nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", "", err
	}
	if note, ok := l.removed[name]; ok {
		return fateExpired, note, nil
	}
	if s, ok := l.quarantine[name]; ok {
		return fateQuarantined, s.To, nil
	}
	list, err := l.compactions(dateOf(name))
	if err != nil {
		return "", "", err
	}
	for i := range list {
		if !list[i].has(name) {
			continue
		}
		for _, out := range list[i].Outputs {
			became, note, err := l.follow(out.Path)
			if err != nil {
				return "", "", err
			}
			if became == fateThere {
				var fault string
				if fault, err = l.sameSize(out.Path, out.Bytes); err != nil || fault != "" {
					return fateChanged, fault, err
				}
				continue
			}
			if became != fateCompacted {
				return became, note, nil
			}
		}
		return fateCompacted, list[i].note, nil
	}
	if note, ok := l.replaced[name]; ok {
		return fateReplaced, note, nil
	}
	return fateMissing, name, nil
}

func (l *lineage) sameSize(name string, bytes int64) (fault string, err error) {
	info, err := os.Stat(filepath.Join(l.lake, filepath.FromSlash(name)))
	if err != nil {
		return "", err
	}
	if info.Size() != bytes {
		return fmt.Sprintf("%s has %d bytes, compaction wrote %d", name, info.Size(), bytes), nil
	}
	return "", nil
}

func (c *compaction) has(input string) bool {
	for i := range c.Inputs {
		if c.Inputs[i].Path == input {
			return true
		}
	}
	return false
}

// dateOf is the date in flows/date=YYYY-MM-DD/hour=HH/name.
func dateOf(name string) string {
	return strings.TrimPrefix(path.Base(path.Dir(path.Dir(filepath.ToSlash(name)))), "date=")
}

// newFiles are the flow files of now that hold rows which the night did not read:
// neither it nor what its files became has them.
func (l *lineage) newFiles(read []File, now []lakeFile) ([]string, error) {
	known := make(map[string]bool, len(read))
	dates := map[string]bool{}
	for _, f := range read {
		known[f.Path] = true
		dates[dateOf(f.Path)] = true
	}
	for date := range dates {
		list, err := l.compactions(date)
		if err != nil {
			return nil, err
		}
		for again := true; again; {
			again = false
			for i := range list {
				if c := &list[i]; len(c.Outputs) > 0 && !known[c.Outputs[0].Path] && c.allKnown(known) {
					for _, out := range c.Outputs {
						known[out.Path] = true
					}
					again = true
				}
			}
		}
	}
	var fresh []string
	for _, f := range now {
		if name := l.relative(f.path); !known[name] {
			fresh = append(fresh, name)
		}
	}
	return fresh, nil
}

func (c *compaction) allKnown(known map[string]bool) bool {
	for i := range c.Inputs {
		if !known[c.Inputs[i].Path] {
			return false
		}
	}
	return true
}
