package versions

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The files that every version has beside its tables.
const (
	originalFile = "original"
	manifestFile = "manifest.json"
)

// Manifest is what a version knows about itself.
type Manifest struct {
	Seq         int               `json:"seq"`         // position in the order of imports, from 1
	Kind        string            `json:"kind"`        // what it is a version of: feed, ranges, exclusions
	Name        string            `json:"name"`        // which of that kind
	SHA256      string            `json:"sha256"`      // of the original
	Bytes       int64             `json:"bytes"`       // of the original
	File        string            `json:"file"`        // the original's name when it was imported
	ImportedAt  time.Time         `json:"imported_at"` // UTC
	RetrievedAt time.Time         `json:"retrieved_at"`
	Settings    map[string]string `json:"settings"` // how the original was read
	Counts      map[string]int    `json:"counts"`   // of its rows
	Tables      map[string]string `json:"tables"`   // file name to SHA-256
}

// Version is one kept version.
type Version struct {
	Manifest
	Folder string // its path
}

// hashDigits is how much of a hash stands in names: 48 bits.
const hashDigits = 12

// ID names the version in tables and reports: its name and the hash of the
// original, such as certfeed@3f2a91c04b77.
func (m *Manifest) ID() string { return id(m.Name, m.SHA256) }

func id(name, hash string) string { return name + "@" + Short(hash) }

// Short is a hash as it stands in names; less where there is not so much of it.
func Short(hash string) string { return hash[:min(hashDigits, len(hash))] }

// ID is the ID of the version that original will be.
func ID(name string, original []byte) string { return id(name, hashOf(original)) }

// Path is the path of one of the version's tables.
func (v *Version) Path(table string) string { return filepath.Join(v.Folder, table) }

// ManifestPath is where the version's manifest is.
func (v *Version) ManifestPath() string { return v.Path(manifestFile) }

// Base is the name of the version's folder.
func (v *Version) Base() string { return filepath.Base(v.Folder) }

// ReadTable returns a table of the version after comparing it with its hash.
func (v *Version) ReadTable(table string) ([]byte, error) {
	return v.read(table, v.Tables[table])
}

// Original returns the bytes as they were imported, after comparing them with
// their hash.
func (v *Version) Original() ([]byte, error) { return v.read(originalFile, v.SHA256) }

// Holds says whether original is what the version was read from.
func (m *Manifest) Holds(original []byte) bool { return hashOf(original) == m.SHA256 }

// Verify compares the original and every table with the hashes that the
// manifest gives. The error names each file that differs.
func (v *Version) Verify() error {
	_, err := v.Original()
	faults := []error{err}
	for table, hash := range v.Tables {
		_, err := v.read(table, hash)
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

func (v *Version) read(file, hash string) ([]byte, error) {
	data, err := os.ReadFile(v.Path(file))
	if err != nil {
		return nil, fmt.Errorf("version %s: %w: restore it from a backup", v.Base(), err)
	}
	if got := hashOf(data); got != hash {
		return nil, fmt.Errorf("version %s: %s has SHA-256 %.12s…, its manifest says %.12s…: it was changed after the import; restore it from a backup", v.Base(), file, got, hash)
	}
	return data, nil
}

// Read reads the manifest in folder and checks it against the folder's name.
func Read(folder string) (Version, error) {
	base := filepath.Base(folder)
	damaged := func(err error) (Version, error) {
		return Version{}, fmt.Errorf("version %s: %w: restore it from a backup, or move the folder out of the lake", base, err)
	}
	text, err := os.ReadFile(filepath.Join(folder, manifestFile))
	if err != nil {
		return damaged(err)
	}
	v := Version{Folder: folder}
	if err := json.Unmarshal(text, &v.Manifest); err != nil {
		return damaged(fmt.Errorf("%s: %w", manifestFile, err))
	}
	if len(v.SHA256) != hex.EncodedLen(sha256.Size) || v.folderName() != base {
		return damaged(fmt.Errorf("%s does not belong to this folder", manifestFile))
	}
	return v, nil
}

func (m *Manifest) folderName() string {
	return fmt.Sprintf("%06d-%s-%s", m.Seq, m.Name, m.SHA256[:hashDigits])
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// maxName is the longest name, in bytes: it becomes a part of a folder's name.
const maxName = 80

// CheckName refuses a name that is not letters, digits, ".", "_" and "-", or
// that begins with a dot.
func CheckName(name string) error {
	wrong := strings.ContainsFunc(name, func(r rune) bool { return !nameRune(r) })
	switch {
	case name == "":
		return errors.New("the name is empty")
	case wrong || !utf8.ValidString(name) || name[0] == '.':
		return fmt.Errorf("name %q: want letters, digits, \".\", \"_\" and \"-\", not beginning with a dot", name)
	case len(name) > maxName:
		return fmt.Errorf("name %q is longer than %d bytes", name, maxName)
	}
	return nil
}

func nameRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-", r)
}

// NameOf makes a name of a file's: its base without the extension, with a
// hyphen for what a name cannot have.
func NameOf(path string) string {
	base := filepath.Base(path)
	base = strings.TrimSuffix(base, filepath.Ext(base))
	name := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !nameRune(r) {
			return '-'
		}
		return r
	}, base)
	name = strings.Trim(name, ".-")
	for len(name) > maxName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name
}

// Find returns the version that reference means: an ID, a folder's name, a
// name (its newest version), or a number of the order of imports.
func Find(list []Version, reference string) (Version, error) {
	for _, v := range slices.Backward(list) {
		if reference == v.ID() || reference == v.Base() {
			return v, nil
		}
	}
	for _, v := range slices.Backward(list) {
		if reference == v.Name {
			return v, nil
		}
	}
	for _, v := range list {
		if reference == fmt.Sprint(v.Seq) || reference == fmt.Sprintf("%06d", v.Seq) {
			return v, nil
		}
	}
	return Version{}, fmt.Errorf("no version %q: want a name, a number or NAME@HASH", reference)
}
