package intake

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Field is a column that a reader knows.
type Field struct {
	Name    string
	Aliases []string // other names of it in headers, the best first
}

// Table reads a CSV with a header (RFC 4180; comma, semicolon or tab; lines
// that begin with # are comments).
type Table struct {
	csv     *csv.Reader
	columns map[string]int // field name to column
	width   int            // columns of the header
	ignored []string
}

// OpenTable reads the header of a decoded text. Which of the fields must be
// there is for the caller to say, by Has.
func OpenTable(text []byte, fields []Field) (*Table, error) {
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma = separator(text)
	r.Comment = '#'
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("has no header")
	}
	if err != nil {
		return nil, fmt.Errorf("header: %w", plain(err))
	}
	if !utf8.ValidString(strings.Join(header, "")) {
		return nil, fmt.Errorf("header: %w", ErrNotUTF8)
	}
	t := &Table{csv: r, columns: map[string]int{}, width: len(header)}
	return t, t.bind(header, fields)
}

// bind finds the column of each field: the one with its own name, else with
// its best alias.
func (t *Table) bind(header []string, fields []Field) error {
	position := map[string]int{}
	for i, name := range header {
		key := Plain(name)
		if key == "" {
			continue
		}
		if first, ok := position[key]; ok {
			return fmt.Errorf("header: columns %d and %d are both called %q", first+1, i+1, strings.TrimSpace(name))
		}
		position[key] = i
	}
	taken := map[int]bool{}
	for _, f := range fields {
		for _, name := range append([]string{f.Name}, f.Aliases...) {
			if i, ok := position[Plain(name)]; ok && !taken[i] {
				t.columns[f.Name], taken[i] = i, true
				break
			}
		}
	}
	for i, name := range header {
		if !taken[i] && strings.TrimSpace(name) != "" {
			t.ignored = append(t.ignored, strings.Clone(strings.TrimSpace(name)))
		}
	}
	return nil
}

// Match is the name of the field that a header's cell names, by its own name
// or an alias; empty where none does.
func Match(fields []Field, cell string) string {
	key := Plain(cell)
	for _, f := range fields {
		for _, name := range append([]string{f.Name}, f.Aliases...) {
			if Plain(name) == key {
				return f.Name
			}
		}
	}
	return ""
}

// Plain makes "IP Address", "ip_address" and "ip-address" one name.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '_' || r == '-' {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// separator is what the header is separated by.
func separator(text []byte) rune {
	best, most := ',', 0
	line := firstLine(text)
	for _, s := range []rune{',', ';', '\t'} {
		if n := bytes.Count(line, []byte(string(s))); n > most {
			best, most = s, n
		}
	}
	return best
}

// firstLine is the first line that is neither blank nor a comment.
func firstLine(text []byte) []byte {
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			return line
		}
	}
	return nil
}

// Has says whether the header has a column for the field.
func (t *Table) Has(field string) bool {
	_, ok := t.columns[field]
	return ok
}

// Ignored are the header's columns that no field knows, in its order.
func (t *Table) Ignored() []string { return t.ignored }

// Rows reads every row: use gets those that can be used, refuse the others. An
// error of either ends the reading.
func (t *Table) Rows(use func(Row) error, refuse func(*Reject) error) error {
	for {
		row, err := t.Next()
		var reject *Reject
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &reject):
			err = refuse(reject)
		case err == nil:
			err = use(row)
		}
		if err != nil {
			return err
		}
	}
}

// Row is one row of a Table, valid until the next one is read.
type Row struct {
	Line   int
	table  *Table
	record []string
}

// Next reads the next row. It returns io.EOF at the end, a *Reject for a row
// that cannot be used while the next one can, and any other error when
// nothing behind can be read.
func (t *Table) Next() (Row, error) {
	record, err := t.csv.Read()
	var fault *csv.ParseError
	if errors.As(err, &fault) {
		if fault.Line != fault.StartLine {
			// An open quote swallows rows up to the next quote: what is
			// a row behind it, and how many were lost, is not known.
			return Row{}, fmt.Errorf("line %d: a quote is opened that is not closed properly: close it, or double it inside of a value", fault.StartLine)
		}
		return Row{}, Refuse(fault.StartLine, strings.Join(record, ","), plain(err))
	}
	if err != nil {
		return Row{}, err
	}
	line, _ := t.csv.FieldPos(0)
	if n := strings.Count(strings.Join(record, ""), "\n"); n > maxBreaks {
		return Row{}, fmt.Errorf("line %d: a quoted value goes over %d lines: is its quote closed?", line, n+1)
	}
	row := Row{Line: line, table: t, record: record}
	if err := row.check(); err != nil {
		return Row{}, row.Refuse(err)
	}
	return row, nil
}

// check refuses a row whose values do not stand below their names, or that
// would break the tables it is shown in.
func (r Row) check() error {
	extra := slices.ContainsFunc(r.record[min(len(r.record), r.table.width):], func(s string) bool { return strings.TrimSpace(s) != "" })
	if extra || len(r.record) < r.table.width {
		return fmt.Errorf("has %s, the header has %d", Amount(len(r.record), "value", "values"), r.table.width)
	}
	for _, i := range r.table.columns {
		if err := CheckText(r.record[i]); err != nil {
			return err
		}
	}
	return nil
}

// A cell with notes may have a few lines; more of them are rows behind a lost
// quote. A known value longer than maxValue bytes is no value either.
const (
	maxBreaks = 10
	maxValue  = 4000
)

// OneLine keeps foreign text, a ledger's or a feed's, from writing terminal
// sequences or breaking a row: control characters become blanks.
func OneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// CheckText refuses a value that is no UTF-8 text on one line.
func CheckText(value string) error {
	switch {
	case !utf8.ValidString(value):
		return ErrNotUTF8
	case strings.ContainsFunc(strings.TrimSpace(value), unicode.IsControl):
		return fmt.Errorf("%q has a line break or a control character in it", value)
	case strings.ContainsFunc(value, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }):
		return fmt.Errorf("%+q has a character in it that turns the direction of text, which would show it as something else", value)
	case len(value) > maxValue:
		return fmt.Errorf("has a value of %d bytes, more than %d", len(value), maxValue)
	}
	return nil
}

// Get is the value of a field without the space around it. It is empty where
// the header has no such column and where the row says that it is not known.
func (r Row) Get(field string) string {
	i, ok := r.table.columns[field]
	if !ok {
		return ""
	}
	return Known(strings.TrimSpace(r.record[i]))
}

// Column is the position of a field in the row, from 1; 0 where the header does
// not have it.
func (r Row) Column(field string) int {
	i, ok := r.table.columns[field]
	if !ok {
		return 0
	}
	return i + 1
}

// Known is s, or empty where s is a word for "not known".
func Known(s string) string {
	switch strings.ToLower(s) {
	case "-", "--", "?", "unknown", "null", "none", "n/a", "nan", `\n`, "无", "未知", "不详":
		return ""
	}
	return s
}

// Refuse makes the Reject of this row.
func (r Row) Refuse(reason error) *Reject {
	return Refuse(r.Line, line(r.record, r.table.csv.Comma), reason)
}

// line is a row as a line of CSV: who splits it at the commas gets its cells.
func line(record []string, comma rune) string {
	var text strings.Builder
	out := csv.NewWriter(&text)
	out.Comma = comma
	_ = out.Write(record)
	out.Flush()
	return strings.TrimSuffix(text.String(), "\n")
}

// plain is a CSV error without the position, which is told beside it.
func plain(err error) error {
	var fault *csv.ParseError
	if !errors.As(err, &fault) {
		return err
	}
	switch {
	case errors.Is(fault.Err, csv.ErrBareQuote):
		return errors.New("a quote stands inside of an unquoted value: quote the whole value and double the quote")
	case errors.Is(fault.Err, csv.ErrQuote):
		return errors.New("a quoted value goes on behind its closing quote")
	}
	return fault.Err
}
