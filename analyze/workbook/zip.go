package workbook

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"slices"
)

// orderedZip writes a zip archive whose bytes depend on its content alone: the
// entries sorted by name, all with the same time. The workbook's library
// writes some of them in an order that changes.
type orderedZip struct {
	out     io.Writer
	entries map[string]*zipEntry
}

// zipEntry is a file of the archive, compressed as it comes: sheets are ten
// times larger before.
type zipEntry struct {
	packed bytes.Buffer
	to     *flate.Writer
	crc    uint32
	size   uint64
}

func newOrderedZip(w io.Writer) *orderedZip {
	return &orderedZip{out: w, entries: map[string]*zipEntry{}}
}

// Create begins an entry.
func (z *orderedZip) Create(name string) (io.Writer, error) {
	e := &zipEntry{}
	var err error
	if e.to, err = flate.NewWriter(&e.packed, flate.BestSpeed); err != nil {
		return nil, err
	}
	z.entries[name] = e
	return e, nil
}

// AddFS is asked for by the library's interface, and not called by it.
func (z *orderedZip) AddFS(fs.FS) error { return errors.ErrUnsupported }

func (e *zipEntry) Write(p []byte) (int, error) {
	e.crc = crc32.Update(e.crc, crc32.IEEETable, p)
	e.size += uint64(len(p))
	return e.to.Write(p)
}

// Close writes the archive.
func (z *orderedZip) Close() error {
	out := zip.NewWriter(z.out)
	for _, name := range slices.Sorted(maps.Keys(z.entries)) {
		e := z.entries[name]
		if err := e.to.Close(); err != nil {
			return err
		}
		to, err := out.CreateRaw(&zip.FileHeader{
			Name: name, Method: zip.Deflate, CRC32: e.crc,
			CompressedSize64: uint64(e.packed.Len()), UncompressedSize64: e.size,
		})
		if err != nil {
			return err
		}
		if _, err := e.packed.WriteTo(to); err != nil {
			return err
		}
	}
	return out.Close()
}
