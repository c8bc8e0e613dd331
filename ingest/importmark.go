package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"minewatch/ingest/lake"
)

// mark lies beside an input's manifest from before its files become visible
// until all is written down. Where one was left, the import was interrupted
// there: the next import of the same bytes replaces what it left. Compaction
// keeps away from the files of an input with a mark.
type mark struct {
	Path       string   `json:"path"`                  // of the file that is imported
	Replaces   []string `json:"replaces,omitempty"`    // SHA-256 of other inputs, whose flows it has too
	ReplacedBy string   `json:"replaced_by,omitempty"` // at such another input: SHA-256 of the file
}

func (o *ImportOptions) markPath(sha256 string) string {
	return filepath.Join(o.Lake, "manifests", manifestPath(sha256)+".unfinished")
}

// readMark returns nil where there is none.
func (o *ImportOptions) readMark(sha256 string) (*mark, error) {
	path := o.markPath(sha256)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // that there is none is an answer
	}
	var m mark
	if err == nil && len(text) > 0 { // those of older versions say nothing
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return &m, nil
}

func (o *ImportOptions) writeMark(sha256 string, m mark) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return lake.WriteFile(o.markPath(sha256), text)
}

// writeMarks marks the file and the inputs that it replaces.
func (o *ImportOptions) writeMarks(in *inputFile, replaced []string) error {
	if err := o.writeMark(in.sha256, mark{Path: in.path, Replaces: replaced}); err != nil {
		return err
	}
	for _, sha256 := range replaced {
		if err := o.writeMark(sha256, mark{Path: in.path, ReplacedBy: in.sha256}); err != nil {
			return err
		}
	}
	return nil
}

// removeMarks is the last step. The file's own mark goes last: as long as
// another says by what it is replaced, that is there to be mended.
func (o *ImportOptions) removeMarks(in *inputFile, replaced []string) error {
	for _, sha256 := range replaced {
		if err := os.Remove(o.markPath(sha256)); err != nil {
			return err
		}
	}
	return os.Remove(o.markPath(in.sha256))
}
