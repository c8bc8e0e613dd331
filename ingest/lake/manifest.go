package lake

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"minewatch/ingest/flow"
)

// Manifest says what a run read and what it wrote: the evidence behind a
// stored flow. It lies under manifests/ and is written after the files that it
// names are visible.
type Manifest struct {
	Program string      `json:"program"` // name and version
	Writer  string      `json:"writer"`  // prefix of the file names
	Input   *Input      `json:"input,omitempty"`
	Begun   time.Time   `json:"begun"`
	Written time.Time   `json:"written"`
	Counts  flow.Counts `json:"counts"`
	Files   []File      `json:"files"`
	// Replaced are the files that imports of the same bytes before had stored:
	// this one has replaced them.
	Replaced []File `json:"replaced,omitempty"`
	// ReplacedBy is the SHA-256 of the input that continues this one: its import
	// has replaced what was stored of this.
	ReplacedBy string `json:"replaced_by,omitempty"`
}

// Input is the file that an import read.
type Input struct {
	Path   string `json:"path"` // as given
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	// ContentBytes is the length of what SHA256 is of: without compression.
	ContentBytes int64  `json:"content_bytes"`
	Format       string `json:"format"` // capture or csv
	// CutOff says that the input ends in the middle of a packet: everything
	// before it was read.
	CutOff bool `json:"cut_off,omitempty"`
}

// WriteManifest stores m under manifests/ by its path there. A manifest of the
// same path is replaced.
func WriteManifest(dir, path string, m *Manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err == nil {
		err = WriteFile(filepath.Join(dir, "manifests", path), append(text, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write manifest %s: %w", path, err)
	}
	return nil
}

// ReadInputs lists the inputs of all imports into the lake.
func ReadInputs(dir string) ([]Input, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "manifests", "import", "*.json"))
	if err != nil {
		return nil, err
	}
	var inputs []Input
	for _, path := range paths {
		m, err := ReadManifest(dir, filepath.Join("import", filepath.Base(path)))
		if err != nil {
			return nil, err
		}
		if m != nil && m.Input != nil {
			inputs = append(inputs, *m.Input)
		}
	}
	return inputs, nil
}

// ReadManifest returns the manifest by its path under manifests/, and nil
// where there is none.
func ReadManifest(dir, path string) (*Manifest, error) {
	text, err := os.ReadFile(filepath.Join(dir, "manifests", path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // that there is none is an answer
	}
	var m Manifest
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		return nil, fmt.Errorf("read manifest %s: %w", path, err)
	}
	return &m, nil
}
