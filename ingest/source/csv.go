package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"minewatch/ingest/flow"
)

const (
	csvBatch    = 4096     // records that Next appends at most
	csvMaxLine  = 64 << 10 // a longer line is no flow record; it is skipped without being kept
	shownLength = 64       // of a refused value
	binaryShown = 10       // bytes of a file that is no text: each may take four characters
)

// CSVOptions say what the rows of a log do not.
type CSVOptions struct {
	Name         string // of the file, for RowError
	Exporter     string // of rows that name none
	SamplingRate int32  // of rows that have none: 1 in N packets, 0 = unknown

	// OnReject is called for every refused row, in the order of the file.
	OnReject func(RowError)
}

// RowError is a row that was refused.
type RowError struct {
	File   string // CSVOptions.Name
	Line   int    // of the file, the header is line 1
	Column string // in the file's own spelling; empty if the row as a whole is wrong
	Value  string // as found, shortened if it is long
	Reason string
}

func (e RowError) Error() string {
	var b strings.Builder
	if e.File != "" {
		fmt.Fprintf(&b, "%s: ", e.File)
	}
	fmt.Fprintf(&b, "line %d: ", e.Line)
	if e.Column != "" {
		fmt.Fprintf(&b, "%s %q ", e.Column, e.Value)
	}
	b.WriteString(e.Reason)
	return b.String()
}

// CSV is a text log of flow records, one a line; docs/flow-csv.md describes
// it. It is used by one goroutine.
//
// A line is a row: no field of a flow record holds a line break, so a stray
// quote costs one row and not the rest of the file.
type CSV struct {
	in      *input
	options CSVOptions
	comma   byte
	header  []csvField
	ignored []string

	line     int
	rows     int64
	rejected int64
	fields   [][]byte // of the current line
	unquoted []byte   // those that held a doubled quote
	row      csvRow
	err      error // what Next returns from now on
}

// csvField is a column of the file.
type csvField struct {
	name string    // in the file's spelling
	set  csvSetter // nil: ignored
}

// OpenCSV reads the header of the log r, which may be gzip-compressed. Comma,
// semicolon, tab or space separate the columns, whichever the header has. An
// error lists what a header lacks. The caller closes r.
func OpenCSV(r io.Reader, o CSVOptions) (*CSV, error) {
	in, err := newInput(r)
	if err != nil {
		return nil, fmt.Errorf("open flow log: %w", err)
	}
	c := &CSV{in: in, options: o, row: csvRow{exporters: map[string]string{}}}
	line, err := c.readLine()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("the file is empty: it needs a header line that names its columns")
		}
		return nil, fmt.Errorf("open flow log: %w", endsEarly(err))
	}
	if bytes.HasPrefix(line, []byte("\xff\xfe")) || bytes.HasPrefix(line, []byte("\xfe\xff")) {
		return nil, errors.New("open flow log: the file is UTF-16: save it as UTF-8")
	}
	if bytes.IndexByte(line, 0) >= 0 {
		return nil, fmt.Errorf("open flow log: the file is neither a capture nor text: it begins with %q", line[:min(len(line), binaryShown)])
	}
	line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	c.comma = delimiter(line)
	if err := c.split(line); err != nil {
		return nil, fmt.Errorf("open flow log: header: %w", err)
	}
	if err := c.bind(); err != nil {
		return nil, fmt.Errorf("open flow log: %w", err)
	}
	return c, nil
}

// Next appends the next records to batch, at most 4096, and returns it. At the
// end it returns io.EOF, or the error that ended the reading early, with the
// last records. A row that is refused goes to OnReject and is no error.
func (c *CSV) Next(batch []flow.Record) ([]flow.Record, error) {
	for range csvBatch {
		if c.err != nil {
			return batch, c.err
		}
		line, err := c.readLine()
		switch {
		case errors.Is(err, errLongLine):
			c.rows++
			c.reject(RowError{Reason: err.Error()})
			continue
		case err != nil:
			if c.err = err; !errors.Is(err, io.EOF) {
				c.err = fmt.Errorf("read flow log, line %d: %w", c.line, endsEarly(err))
			}
			return batch, c.err
		case len(line) == 0:
			continue
		}
		c.rows++
		batch = append(batch, flow.Record{})
		if !c.read(line, &batch[len(batch)-1]) {
			batch = batch[:len(batch)-1]
		}
	}
	return batch, nil
}

// Ignored lists the columns of the file that are no flow columns, and those
// that name one a second time.
func (c *CSV) Ignored() []string { return c.ignored }

// Rows counts the rows read so far, refused ones included.
func (c *CSV) Rows() int64 { return c.rows }

// Rejected counts the refused rows so far.
func (c *CSV) Rejected() int64 { return c.rejected }

// read reads one row into rec.
func (c *CSV) read(line []byte, rec *flow.Record) bool {
	if err := c.split(line); err != nil {
		c.reject(RowError{Reason: err.Error()})
		return false
	}
	if n := len(c.header); len(c.fields) < n || len(bytes.Join(c.fields[n:], nil)) > 0 {
		c.reject(RowError{Reason: "has " + strconv.Itoa(len(c.fields)) + " fields, but the header has " + strconv.Itoa(n)})
		return false
	}
	r := &c.row
	r.start(rec, &c.options)
	for i := range c.header {
		f, value := &c.header[i], bytes.TrimSpace(c.fields[i])
		if f.set == nil || isEmpty(value) {
			continue
		}
		if err := f.set(r, value); err != nil {
			c.reject(RowError{Column: f.name, Value: shown(value), Reason: err.Error()})
			return false
		}
	}
	if err := r.finish(); err != nil {
		c.reject(RowError{Reason: err.Error()})
		return false
	}
	return true
}

func (c *CSV) reject(e RowError) {
	c.rejected++
	if c.options.OnReject != nil {
		e.File, e.Line = c.options.Name, c.line
		c.options.OnReject(e)
	}
}

// isEmpty says that a field was not exported: empty, or the dash of VPC flow
// logs.
func isEmpty(v []byte) bool { return len(v) == 0 || len(v) == 1 && v[0] == '-' }

func shown(v []byte) string {
	if len(v) > shownLength {
		return string(v[:shownLength]) + "…"
	}
	return string(v)
}
