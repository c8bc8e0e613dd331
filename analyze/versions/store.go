package versions

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"minewatch/analyze/lockfile"
)

// Store is a folder of versions. The folder is made by the first Add.
type Store struct {
	dir string
}

// Open returns the store in dir without touching it.
func Open(dir string) *Store { return &Store{dir: dir} }

// versionFolder is the form of a version's folder name, with its number.
var versionFolder = regexp.MustCompile(`^(\d{6,})-.+-[0-9a-f]{12}$`)

// Folders returns the paths of all versions, whether they can be read or not. An
// empty or missing folder has none.
func (s *Store) Folders() ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var list []string
	for _, e := range entries {
		if e.IsDir() && versionFolder.MatchString(e.Name()) {
			list = append(list, filepath.Join(s.dir, e.Name()))
		}
	}
	return list, err
}

// List returns all versions in the order of import; one that cannot be read is
// an error.
func (s *Store) List() ([]Version, error) {
	folders, err := s.Folders()
	if err != nil {
		return nil, err
	}
	var list []Version
	for _, folder := range folders {
		v, err := Read(folder)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b Version) int { return a.Seq - b.Seq })
	return list, nil
}

// Draft is a version that is to be added.
type Draft struct {
	Kind, Name, File string
	Original         []byte
	Tables           map[string][]byte
	Settings         map[string]string
	Counts           map[string]int
	ImportedAt       time.Time
	RetrievedAt      time.Time
	RetrievedStated  bool // somebody said RetrievedAt; otherwise it is only the time of import

	// RenewAfter, if it is set, is how long before RetrievedAt the newest
	// version must have been retrieved for the same bytes to be stored again.
	RenewAfter time.Duration

	// Replaces says which versions the new one is the successor of: of the
	// same feed, of any ledger.
	Replaces func(*Version) bool

	// Follow, if there is one, is called under the lock with the newest of the
	// versions that are replaced, or nil. It may add tables, or refuse the draft.
	Follow func(before *Version, tables map[string][]byte) error
}

// Add keeps a draft. If the newest version that it would replace is of the
// same name, bytes, settings and (if stated) time of retrieval, or not old
// enough for RenewAfter, nothing is stored and that version is returned with
// isNew false.
func (s *Store) Add(d Draft) (v Version, isNew bool, err error) {
	if err := CheckName(d.Name); err != nil {
		return Version{}, false, err
	}
	if err := os.MkdirAll(s.dir, folderMode); err != nil {
		return Version{}, false, err
	}
	unlock, err := lockfile.Wait(filepath.Join(s.dir, ".lock"))
	if err != nil {
		return Version{}, false, err
	}
	defer unlock()

	list, err := s.List()
	if err != nil {
		return Version{}, false, err
	}
	var before *Version
	for i := range slices.Backward(list) {
		if d.Replaces(&list[i]) {
			before = &list[i]
			break
		}
	}
	if before != nil && d.repeats(before, hashOf(d.Original)) {
		return *before, false, before.Verify()
	}
	if d.Follow != nil {
		d.Tables = maps.Clone(d.Tables)
		if err := d.Follow(before, d.Tables); err != nil {
			return Version{}, false, err
		}
	}
	v = d.version()
	if v.Seq, err = s.nextSeq(); err != nil {
		return Version{}, false, err
	}
	v.Folder = filepath.Join(s.dir, v.folderName())
	return v, true, s.write(&v, &d)
}

func (d *Draft) version() Version {
	v := Version{Manifest: Manifest{
		Kind: d.Kind, Name: d.Name, File: filepath.Base(d.File),
		SHA256: hashOf(d.Original), Bytes: int64(len(d.Original)),
		ImportedAt: d.ImportedAt.UTC().Truncate(time.Second), RetrievedAt: d.RetrievedAt.UTC().Truncate(time.Second),
		Settings: d.Settings, Counts: d.Counts, Tables: map[string]string{},
	}}
	for name, data := range d.Tables {
		v.Tables[name] = hashOf(data)
	}
	return v
}

func (d *Draft) repeats(old *Version, hash string) bool {
	if old.Name != d.Name || old.SHA256 != hash || !maps.Equal(old.Settings, d.Settings) {
		return false
	}
	retrieved := d.RetrievedAt.Truncate(time.Second)
	if d.RenewAfter > 0 {
		return retrieved.Sub(old.RetrievedAt) < d.RenewAfter
	}
	return !d.RetrievedStated || old.RetrievedAt.Equal(retrieved)
}

// nextSeq is one more than the largest number of any version's folder.
func (s *Store) nextSeq() (int, error) {
	folders, err := os.ReadDir(s.dir)
	if err != nil {
		return 0, err
	}
	last := 0
	for _, f := range folders {
		if m := versionFolder.FindStringSubmatch(f.Name()); m != nil {
			n, err := strconv.Atoi(m[1])
			if err != nil {
				return 0, fmt.Errorf("version %s: %w", f.Name(), err)
			}
			last = max(last, n)
		}
	}
	return last + 1, nil
}

// Versions hold addresses of units and phone numbers of persons: the group of
// the lake reads them, and nobody changes them.
const (
	folderMode = 0o750
	fileMode   = 0o440
)

// temporaryPrefix is the beginning of the name of a folder in the making.
const temporaryPrefix = ".import-"

// write makes the version's folder under a temporary name and renames it. It
// is called with the lock held.
func (s *Store) write(v *Version, d *Draft) (err error) {
	if err := s.removeLeftovers(); err != nil {
		return err
	}
	temporary, err := os.MkdirTemp(s.dir, temporaryPrefix+"*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(temporary))
		}
	}()

	manifest, err := json.MarshalIndent(v.Manifest, "", "  ")
	if err != nil {
		return err
	}
	files := maps.Clone(d.Tables)
	files[originalFile] = d.Original
	files[manifestFile] = append(manifest, '\n')
	for name, data := range files {
		if err := writeSynced(filepath.Join(temporary, name), data); err != nil {
			return err
		}
	}
	if err := os.Chmod(temporary, folderMode); err != nil {
		return err
	}
	if err := syncFolder(temporary); err != nil {
		return err
	}
	if err := os.Rename(temporary, v.Folder); err != nil {
		return err
	}
	return syncFolder(s.dir)
}

// removeLeftovers removes what killed imports left: under the lock, nobody
// else is making a version.
func (s *Store) removeLeftovers() error {
	folders, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, f := range folders {
		if strings.HasPrefix(f.Name(), temporaryPrefix) {
			if err := os.RemoveAll(filepath.Join(s.dir, f.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

func writeSynced(path string, data []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Sync()
}

func syncFolder(path string) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.Sync()
}
