package source

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
)

const maxLine = 64 << 10 // a longer line of a table is no flow record; it is skipped without being kept

// refusedUnit is the error of one unit of a log: the next can be read.
type refusedUnit string

func (r refusedUnit) Error() string { return string(r) }

func longer(than int) error { return refusedUnit("is longer than " + strconv.Itoa(than) + " bytes") }

// lines are the lines of a log that are not empty.
type lines struct {
	in      *input
	longest int // shorter than the input's buffer
	line    int
}

// next returns the next line without its end (LF or CR LF). Of a line that is
// too long nothing is kept.
func (l *lines) next() ([]byte, int, error) {
	for {
		line, err := l.any()
		if err != nil || len(line) > 0 {
			return line, l.line, err
		}
	}
}

// any returns the next line, also an empty one.
func (l *lines) any() ([]byte, error) {
	l.line++
	line, err := l.in.ReadSlice('\n')
	for tooLong := len(line) > l.longest; tooLong; {
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, longer(l.longest)
		}
		_, err = l.in.ReadSlice('\n')
	}
	if err != nil && (!errors.Is(err, io.EOF) || len(line) == 0) {
		return nil, err
	}
	line = bytes.TrimSuffix(line, []byte{'\n'})
	return bytes.TrimSuffix(line, []byte{'\r'}), nil
}

// header returns the first line of a table.
func (l *lines) header() ([]byte, error) {
	line, err := l.any()
	switch {
	case errors.Is(err, io.EOF):
		return nil, errors.New("the file is empty: it needs a header line that names its columns")
	case err != nil:
		return nil, err
	}
	return line, nil
}
