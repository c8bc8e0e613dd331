package workbook

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// maxProperties is more than the properties of any workbook of ours have, in bytes.
const maxProperties = 1 << 20

// Keywords are those that the properties of a workbook have; "" for a file that is
// none, or has none.
func Keywords(path string) (keywords string, err error) {
	book, err := zip.OpenReader(path)
	if errors.Is(err, zip.ErrFormat) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	for _, file := range book.File {
		if file.Name != "docProps/core.xml" {
			continue
		}
		part, err := file.Open()
		if err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
		var properties struct {
			Keywords string `xml:"keywords"`
		}
		if xml.NewDecoder(io.LimitReader(part, maxProperties)).Decode(&properties) != nil {
			properties.Keywords = "" // damaged: it says nothing
		}
		return properties.Keywords, part.Close()
	}
	return "", nil
}
