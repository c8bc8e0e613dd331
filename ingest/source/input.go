package source

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

const (
	inputBuffer   = 256 << 10
	gzipMagic     = "\x1f\x8b"
	byteOrderMark = "\xef\xbb\xbf"
	zstdMagic     = "\x28\xb5\x2f\xfd"
	zstdWindow    = 128 << 20 // what zstd --long writes; more memory is not taken
)

// input is a buffered stream, uncompressed if it was gzip or zstd, that knows
// how far it has been read: an error in a file of many gigabytes has to say
// where.
type input struct {
	*bufio.Reader
	read *countingReader
}

func newInput(r io.Reader) (*input, error) {
	expanded, err := Expand(r)
	if err != nil {
		return nil, err
	}
	counting := &countingReader{r: expanded}
	return &input{Reader: bufio.NewReaderSize(counting, inputBuffer), read: counting}, nil
}

// head is as much of the beginning of a text as tells what it is, behind a byte
// order mark, which is taken off the input. Reading on reports what is wrong
// with it.
func (in *input) head() []byte {
	if mark, _ := in.Peek(len(byteOrderMark)); string(mark) == byteOrderMark {
		_, _ = in.Discard(len(byteOrderMark)) // it is in the buffer
	}
	head, _ := in.Peek(headSize)
	return head
}

// Expand returns the content of r, which may be compressed with gzip or zstd:
// its first bytes say so.
func Expand(r io.Reader) (io.Reader, error) {
	outer := bufio.NewReader(r)
	magic, _ := outer.Peek(len(zstdMagic)) // reading on reports what is wrong
	switch {
	case bytes.HasPrefix(magic, []byte(gzipMagic)):
		unzipped, err := gzip.NewReader(outer)
		if err != nil {
			return nil, fmt.Errorf("open gzip: %w", endsEarly(err))
		}
		return unzipped, nil
	case string(magic) == zstdMagic:
		// With one at a time it has no goroutines, so nothing has to be closed.
		expanded, err := zstd.NewReader(outer, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(zstdWindow))
		if err != nil {
			return nil, fmt.Errorf("open zstd: %w", err)
		}
		return expanded, nil
	}
	return outer, nil
}

// offset is the position of the next unread byte, uncompressed.
func (in *input) offset() int64 { return in.read.n - int64(in.Buffered()) }

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// earlyEnd is an io.ErrUnexpectedEOF in plain words.
type earlyEnd struct{}

func (earlyEnd) Error() string {
	return "the compressed file ends early: it is not complete, copy it again"
}

func (earlyEnd) Unwrap() error { return io.ErrUnexpectedEOF }

// endsEarly says of a compressed file without its end what is wrong with it.
func endsEarly(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return earlyEnd{}
	}
	return err
}
