package source

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

var errQuote = errors.New("has a quoted field that does not end, or text after its end")

// table reads the rows of a log whose header names its columns.
//
// A line is a row: no field of a flow record holds a line break, so a stray
// quote costs one row and not the rest of the file.
type table struct {
	comma    byte
	header   []tableColumn
	fields   [][]byte // of the current line
	unquoted []byte   // those that held a doubled quote
}

// tableColumn is a column of the file.
type tableColumn struct {
	name string // in the file's spelling
	set  setter // nil: not read
}

// bind reads a header: column says by what the fields under a name are read,
// nil if they are not.
func (t *table) bind(header []byte, column func(name string) setter) error {
	if err := t.split(header); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	t.header = t.header[:0]
	for _, name := range t.fields {
		t.header = append(t.header, tableColumn{name: shown(name), set: column(string(name))})
	}
	return nil
}

// parse reads one row.
func (t *table) parse(line []byte, r *row) error {
	if err := t.split(line); err != nil {
		return err
	}
	if n := len(t.header); len(t.fields) < n || len(bytes.Join(t.fields[n:], nil)) > 0 {
		return errors.New("has " + strconv.Itoa(len(t.fields)) + " fields, but the header has " + strconv.Itoa(n))
	}
	for i := range t.header {
		f, value := &t.header[i], bytes.TrimSpace(t.fields[i])
		if f.set == nil || isEmpty(value) {
			continue
		}
		if err := f.set(r, value); err != nil {
			return wrongValue(f.name, value, err)
		}
	}
	return nil
}

func (t *table) unread() []string {
	var names []string
	for _, c := range t.header {
		if c.set == nil {
			names = append(names, c.name)
		}
	}
	return names
}

// isEmpty says that a field was not exported: empty, or the dash of VPC flow
// logs and of Zeek.
func isEmpty(v []byte) bool { return len(v) == 0 || len(v) == 1 && v[0] == '-' }

// delimiter is the first of comma, semicolon and tab that a header has; a
// header with none of them but with spaces is separated by these.
func delimiter(header []byte) byte {
	if i := bytes.IndexAny(header, ",;\t"); i >= 0 {
		return header[i]
	}
	if bytes.IndexByte(header, ' ') > 0 {
		return ' '
	}
	return ','
}

// split cuts line into t.fields at the delimiters outside quotes, as RFC 4180
// has it but for line breaks. The fields share the line's memory.
func (t *table) split(line []byte) error {
	t.fields, t.unquoted = t.fields[:0], t.unquoted[:0]
	for {
		if len(line) == 0 || line[0] != '"' {
			i := bytes.IndexByte(line, t.comma)
			if i < 0 {
				t.fields = append(t.fields, line)
				return nil
			}
			t.fields = append(t.fields, line[:i])
			line = line[i+1:]
			continue
		}
		field, rest, err := t.unquote(line[1:])
		if err != nil {
			return err
		}
		t.fields = append(t.fields, field)
		if len(rest) == 0 {
			return nil
		}
		if rest[0] != t.comma {
			return errQuote
		}
		line = rest[1:]
	}
}

// unquote reads a quoted field whose opening quote is gone; two quotes in it
// stand for one.
func (t *table) unquote(line []byte) (field, rest []byte, err error) {
	end := bytes.IndexByte(line, '"')
	if end < 0 {
		return nil, nil, errQuote
	}
	if end+1 == len(line) || line[end+1] != '"' {
		return line[:end], line[end+1:], nil
	}
	start := len(t.unquoted)
	for {
		t.unquoted = append(t.unquoted, line[:end]...)
		line = line[end+1:]
		if len(line) == 0 || line[0] != '"' {
			return t.unquoted[start:], line, nil
		}
		t.unquoted = append(t.unquoted, '"')
		line = line[1:]
		if end = bytes.IndexByte(line, '"'); end < 0 {
			return nil, nil, errQuote
		}
	}
}
