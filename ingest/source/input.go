package source

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

const (
	inputBuffer = 256 << 10
	gzipMagic   = "\x1f\x8b"
)

// input is a buffered stream, uncompressed if it was gzip, that knows how far
// it has been read: an error in a file of many gigabytes has to say where.
type input struct {
	*bufio.Reader
	read *countingReader
}

func newInput(r io.Reader) (*input, error) {
	outer := bufio.NewReader(r)
	if magic, _ := outer.Peek(len(gzipMagic)); string(magic) == gzipMagic {
		unzipped, err := gzip.NewReader(outer)
		if err != nil {
			return nil, fmt.Errorf("open gzip: %w", endsEarly(err))
		}
		r = unzipped
	} else {
		r = outer
	}
	counting := &countingReader{r: r}
	return &input{Reader: bufio.NewReaderSize(counting, inputBuffer), read: counting}, nil
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
