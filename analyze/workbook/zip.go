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
	"sync"
)

// orderedZip writes a zip archive whose bytes depend on its content alone: the
// entries sorted by name, all with the same time. The workbook's library
// writes some of them in an order that changes.
type orderedZip struct {
	out     io.Writer
	entries map[string]*zipEntry
	packer  *flate.Writer
	current *zipEntry // that is being written; as in any zip archive, one at a time
}

// zipEntry is a file of the archive, compressed as it comes: sheets are ten
// times larger before.
type zipEntry struct {
	packed bytes.Buffer
	to     *flate.Writer
	crc    uint32
	size   uint64
}

// packers are those of archives that are finished: each has half a megabyte, and a
// week writes thousands of forms.
var packers sync.Pool

func newOrderedZip(w io.Writer) *orderedZip {
	return &orderedZip{out: w, entries: map[string]*zipEntry{}}
}

// Create begins an entry, and ends the one before.
func (z *orderedZip) Create(name string) (io.Writer, error) {
	if err := z.finish(); err != nil {
		return nil, err
	}
	e := &zipEntry{}
	if z.packer == nil {
		z.packer, _ = packers.Get().(*flate.Writer)
	}
	if z.packer == nil {
		var err error
		if z.packer, err = flate.NewWriter(&e.packed, flate.BestSpeed); err != nil {
			return nil, err
		}
	}
	z.packer.Reset(&e.packed)
	e.to = z.packer
	z.entries[name], z.current = e, e
	return e, nil
}

// finish ends the entry that is being written.
func (z *orderedZip) finish() error {
	if z.current == nil {
		return nil
	}
	err := z.current.to.Close()
	z.current.to, z.current = nil, nil
	return err
}

// AddFS is asked for by the library's interface, and not called by it.
func (z *orderedZip) AddFS(fs.FS) error { return errors.ErrUnsupported }

func (e *zipEntry) Write(p []byte) (int, error) {
	if e.to == nil {
		return 0, errors.New("the entry has ended: another one was begun")
	}
	e.crc = crc32.Update(e.crc, crc32.IEEETable, p)
	e.size += uint64(len(p))
	return e.to.Write(p)
}

// Close writes the archive.
func (z *orderedZip) Close() error {
	if err := z.finish(); err != nil {
		return err
	}
	if z.packer != nil {
		packers.Put(z.packer)
		z.packer = nil
	}
	out := zip.NewWriter(z.out)
	for _, name := range slices.Sorted(maps.Keys(z.entries)) {
		e := z.entries[name]
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
