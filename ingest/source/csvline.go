package source

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
)

var (
	errLongLine = errors.New("is longer than " + strconv.Itoa(csvMaxLine) + " bytes")
	errQuote    = errors.New("has a quoted field that does not end, or text after its end")
)

// readLine returns the next line without its end (LF or CR LF). The line is
// valid until the next call. Of a line that is too long nothing is kept.
func (c *CSV) readLine() ([]byte, error) {
	c.line++
	line, err := c.in.ReadSlice('\n') // the input's buffer is longer than csvMaxLine
	for tooLong := len(line) > csvMaxLine; tooLong; {
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, errLongLine
		}
		_, err = c.in.ReadSlice('\n')
	}
	if err != nil && (!errors.Is(err, io.EOF) || len(line) == 0) {
		return nil, err
	}
	line = bytes.TrimSuffix(line, []byte{'\n'})
	return bytes.TrimSuffix(line, []byte{'\r'}), nil
}

// delimiter is the first of comma, semicolon and tab that a header has; a
// header with none of them but with spaces is an AWS VPC flow log's.
func delimiter(header []byte) byte {
	if i := bytes.IndexAny(header, ",;\t"); i >= 0 {
		return header[i]
	}
	if bytes.IndexByte(header, ' ') > 0 {
		return ' '
	}
	return ','
}

// split cuts line into c.fields at the delimiters outside quotes, as RFC 4180
// has it but for line breaks. The fields share the line's memory.
func (c *CSV) split(line []byte) error {
	c.fields, c.unquoted = c.fields[:0], c.unquoted[:0]
	for {
		if len(line) == 0 || line[0] != '"' {
			i := bytes.IndexByte(line, c.comma)
			if i < 0 {
				c.fields = append(c.fields, line)
				return nil
			}
			c.fields = append(c.fields, line[:i])
			line = line[i+1:]
			continue
		}
		field, rest, err := c.unquote(line[1:])
		if err != nil {
			return err
		}
		c.fields = append(c.fields, field)
		if len(rest) == 0 {
			return nil
		}
		if rest[0] != c.comma {
			return errQuote
		}
		line = rest[1:]
	}
}

// unquote reads a quoted field whose opening quote is gone; two quotes in it
// stand for one.
func (c *CSV) unquote(line []byte) (field, rest []byte, err error) {
	end := bytes.IndexByte(line, '"')
	if end < 0 {
		return nil, nil, errQuote
	}
	if end+1 == len(line) || line[end+1] != '"' {
		return line[:end], line[end+1:], nil
	}
	start := len(c.unquoted)
	for {
		c.unquoted = append(c.unquoted, line[:end]...)
		line = line[end+1:]
		if len(line) == 0 || line[0] != '"' {
			return c.unquoted[start:], line, nil
		}
		c.unquoted = append(c.unquoted, '"')
		line = line[1:]
		if end = bytes.IndexByte(line, '"'); end < 0 {
			return nil, nil, errQuote
		}
	}
}
