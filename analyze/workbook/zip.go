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
	out    io.Writer
	bodies map[string]Body // by name of the entry
	parts  map[string]*bytes.Buffer
}

// Create begins an entry.
func (z *orderedZip) Create(name string) (io.Writer, error) {
	if z.parts == nil {
		z.parts = map[string]*bytes.Buffer{}
	}
	part := &bytes.Buffer{}
	z.parts[name] = part
	return part, nil
}

// AddFS is asked for by the library's interface, and not called by it.
func (z *orderedZip) AddFS(fs.FS) error { return errors.ErrUnsupported }

// Close writes the archive.
func (z *orderedZip) Close() error {
	out := zip.NewWriter(z.out)
	for _, name := range slices.Sorted(maps.Keys(z.parts)) {
		if err := writeEntry(out, name, z.parts[name].Bytes(), z.bodies[name]); err != nil {
			return err
		}
	}
	return out.Close()
}

// packers are those that are free: each has half a megabyte, and a week writes
// thousands of forms.
var packers sync.Pool

// packer compresses one entry of an archive.
type packer struct {
	packed bytes.Buffer
	to     *flate.Writer
	crc    uint32
	size   uint64
}

// Write compresses as it comes: sheets are ten times larger before.
func (k *packer) Write(p []byte) (int, error) {
	k.crc = crc32.Update(k.crc, crc32.IEEETable, p)
	k.size += uint64(len(p))
	return k.to.Write(p)
}

// writeEntry compresses a part into the archive, with its body if it has one.
func writeEntry(out *zip.Writer, name string, part []byte, body Body) error {
	k, err := pack(part, body)
	if err != nil {
		return err
	}
	defer packers.Put(k)
	return writePacked(out, name, k.packed.Bytes(), k.crc, k.size)
}

func writePacked(out *zip.Writer, name string, packed []byte, crc uint32, size uint64) error {
	to, err := out.CreateRaw(&zip.FileHeader{
		Name: name, Method: zip.Deflate, CRC32: crc, CompressedSize64: uint64(len(packed)), UncompressedSize64: size,
	})
	if err != nil {
		return err
	}
	_, err = to.Write(packed)
	return err
}

// pack returns a packer that goes back to packers when what it has was used.
func pack(part []byte, body Body) (*packer, error) {
	k, _ := packers.Get().(*packer)
	if k == nil {
		k = &packer{}
		var err error
		if k.to, err = flate.NewWriter(&k.packed, flate.BestSpeed); err != nil {
			return nil, err
		}
	}
	k.packed.Reset()
	k.to.Reset(&k.packed)
	k.crc, k.size = 0, 0
	var err error
	if body == nil {
		_, err = k.Write(part)
	} else {
		err = body.into(k, part)
	}
	return k, errors.Join(err, k.to.Close())
}
