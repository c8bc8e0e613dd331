package intake

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// unpackers open what is compressed, by its first bytes.
var unpackers = []struct {
	magic, name string
	open        func(io.Reader) (io.ReadCloser, error)
}{
	{"\x1f\x8b", "gzip", func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) }},
	{"\x28\xb5\x2f\xfd", "zstd", openZstd},
}

// zstdWindow is the most memory that a zstd file may ask for; zstd -19 needs 8
// MiB, --ultra -22 128 MiB.
const zstdWindow = 128 << 20

func openZstd(r io.Reader) (io.ReadCloser, error) {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

// unpack returns what is in a compressed file, and any other file as it is. A
// few bytes can hold gigabytes: no more than limit are taken out.
func unpack(data []byte, limit int64) ([]byte, error) {
	for _, u := range unpackers {
		if !bytes.HasPrefix(data, []byte(u.magic)) {
			continue
		}
		size, err := unpackedSize(u.open, data, limit)
		switch {
		case size > limit:
			return nil, fmt.Errorf("holds more than %d MiB in %s: is it the right file?", limit>>20, u.name)
		case err != nil:
			return nil, fmt.Errorf("is damaged %s: %w", u.name, err)
		}
		in, err := u.open(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		defer in.Close() //nolint:errcheck // only read
		text := make([]byte, size)
		if _, err := io.ReadFull(in, text); err != nil {
			return nil, err
		}
		for _, inner := range unpackers {
			if bytes.HasPrefix(text, []byte(inner.magic)) {
				return nil, errors.New("is compressed twice: unpack it once")
			}
		}
		return text, nil
	}
	return data, nil
}

// unpackedSize counts what comes out, up to one more than limit, and keeps
// nothing of it: a slice that grows with what a bomb lets out takes several
// times as much.
func unpackedSize(open func(io.Reader) (io.ReadCloser, error), data []byte, limit int64) (int64, error) {
	in, err := open(bytes.NewReader(data))
	if err != nil {
		return 0, err
	}
	defer in.Close() //nolint:errcheck // only read
	return io.Copy(io.Discard, io.LimitReader(in, limit+1))
}
