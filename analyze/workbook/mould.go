package workbook

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Mould is a workbook that many are made from: they differ in the rows of its first
// sheet and in words, for which marks stand. All else is made and compressed once.
// It may be used by several goroutines.
type Mould struct {
	parts []mouldPart
}

// mouldPart is an entry of the archive: text if it differs, or packed.
type mouldPart struct {
	name   string
	text   string
	packed []byte
	crc    uint32
	size   uint64
}

// firstSheet is the entry of the sheet that a new workbook has.
const firstSheet = "xl/worksheets/sheet1.xml"

// NewMould makes a mould of a workbook that has all the marks.
func NewMould(f *excelize.File, marks ...string) (*Mould, error) {
	taken := &orderedZip{out: io.Discard}
	f.SetZipWriter(func(io.Writer) excelize.ZipWriter { return taken })
	if err := f.Write(io.Discard); err != nil {
		return nil, err
	}
	m := &Mould{}
	met := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(taken.parts)) {
		text := taken.parts[name].String()
		part := mouldPart{name: name}
		for _, mark := range marks {
			if strings.Contains(text, mark) {
				met[mark], part.text = true, text
			}
		}
		if name == firstSheet {
			part.text = text
		}
		if part.text == "" {
			k, err := pack([]byte(text), nil)
			if err != nil {
				return nil, err
			}
			part.packed, part.crc, part.size = bytes.Clone(k.packed.Bytes()), k.crc, k.size
			packers.Put(k)
		}
		m.parts = append(m.parts, part)
	}
	for _, mark := range marks {
		if !met[mark] {
			return nil, fmt.Errorf("the workbook has no %s", mark)
		}
	}
	return m, nil
}

// Write writes a workbook with these words for the marks, and these rows.
func (m *Mould) Write(w io.Writer, words map[string]string, body Body) error {
	var pairs []string
	for _, mark := range slices.Sorted(maps.Keys(words)) {
		pairs = append(pairs, mark, string(appendXML(nil, words[mark])))
	}
	replaced := strings.NewReplacer(pairs...)
	out := zip.NewWriter(w)
	for i := range m.parts {
		p := &m.parts[i]
		rows := body
		if p.name != firstSheet {
			rows = nil
		}
		var err error
		if p.text == "" {
			err = writePacked(out, p.name, p.packed, p.crc, p.size)
		} else {
			err = writeEntry(out, p.name, []byte(replaced.Replace(p.text)), rows)
		}
		if err != nil {
			return err
		}
	}
	return out.Close()
}
