package workbook

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Body writes the rows of a sheet below those that the library has. All else of a
// workbook is the library's; but a week of a province has ten million cells, and it
// takes six times as long for them.
type Body func(*Rows) error

// Write writes a workbook. The sheets that are named get the rows of their body.
func Write(w io.Writer, f *excelize.File, bodies map[string]Body) error {
	parts := make(map[string]Body, len(bodies))
	for id, name := range f.GetSheetMap() {
		if body := bodies[name]; body != nil {
			parts[fmt.Sprintf("xl/worksheets/sheet%d.xml", id)] = body
		}
	}
	if len(parts) < len(bodies) {
		return errors.New("a body is of no sheet of the workbook")
	}
	f.SetZipWriter(func(w io.Writer) excelize.ZipWriter { return &orderedZip{out: w, bodies: parts} })
	return f.Write(w)
}

// into writes a sheet, whose rows end where the body's begin.
func (b Body) into(out io.Writer, sheet []byte) error {
	const end = "</sheetData>"
	at := bytes.Index(sheet, []byte(end))
	if at < 0 {
		return errors.New("a sheet with a body has no row above it")
	}
	rows := &Rows{text: append([]byte(nil), sheet[:at]...), out: out}
	if err := b(rows); err != nil {
		return err
	}
	rows.text = append(rows.text, sheet[at:]...)
	return rows.flush(0)
}

// Rows are the rows of a body: Row begins one, and its cells follow by column,
// counted from 0. Style is one that the library made.
type Rows struct {
	text    []byte
	row     []byte // its number
	columns [][]byte
	out     io.Writer
	err     error
}

// flushAt is how much is written at once, in bytes.
const flushAt = 1 << 15

// Row begins the row of a number, counted from 1.
func (r *Rows) Row(number int) {
	r.row = strconv.AppendInt(r.row[:0], int64(number), 10)
	r.text = append(append(append(r.text, `<row r="`...), r.row...), `">`...)
}

// End ends a row.
func (r *Rows) End() error {
	r.text = append(r.text, "</row>"...)
	return r.flush(flushAt)
}

func (r *Rows) flush(most int) error {
	if r.err == nil && len(r.text) > most {
		_, err := r.out.Write(r.text)
		r.text = r.text[:0]
		return err
	}
	return r.err
}

// begin writes a cell up to its type.
func (r *Rows) begin(column, style int) {
	for len(r.columns) <= column {
		name, err := excelize.ColumnNumberToName(len(r.columns) + 1)
		r.columns, r.err = append(r.columns, []byte(name)), errors.Join(r.err, err)
	}
	r.text = append(append(append(r.text, `<c r="`...), r.columns[column]...), r.row...)
	if style != 0 {
		r.text = strconv.AppendInt(append(r.text, `" s="`...), int64(style), 10)
	}
}

// Int writes a whole number.
func (r *Rows) Int(column, style int, value int64) {
	r.begin(column, style)
	r.text = append(strconv.AppendInt(append(r.text, `"><v>`...), value, 10), "</v></c>"...)
}

// Number writes a number with as many decimals as it has.
func (r *Rows) Number(column, style int, value float64) {
	r.begin(column, style)
	r.text = append(strconv.AppendFloat(append(r.text, `"><v>`...), value, 'f', -1, 64), "</v></c>"...)
}

// Bool writes true or false.
func (r *Rows) Bool(column, style int, value bool) {
	r.begin(column, style)
	digit := "0"
	if value {
		digit = "1"
	}
	r.text = append(append(append(r.text, `" t="b"><v>`...), digit...), "</v></c>"...)
}

// Time writes what a clock on the wall shows.
func (r *Rows) Time(column, style int, value time.Time) { r.Number(column, style, Serial(value)) }

// Empty writes a cell that is to be filled in.
func (r *Rows) Empty(column, style int) {
	r.begin(column, style)
	r.text = append(r.text, `"></c>`...)
}

// longestText is how much a cell can have, in units of UTF-16.
const longestText = 32_767

// Text writes a text, as Text has it: no formula, on one line.
func (r *Rows) Text(column, style int, value string) {
	value = Text(value)
	r.begin(column, style)
	space := ""
	if strings.HasPrefix(value, " ") || strings.HasSuffix(value, " ") {
		space = ` xml:space="preserve"`
	}
	r.text = append(append(append(r.text, `" t="inlineStr"><is><t`...), space...), '>')
	r.text = append(appendXML(r.text, cut(value)), "</t></is></c>"...)
}

// cut shortens a text to what a cell can have.
func cut(value string) string {
	if len(value) <= longestText {
		return value
	}
	units := 0
	for i, c := range value {
		if units++; c > 0xffff {
			units++
		}
		if units > longestText {
			return value[:i]
		}
	}
	return value
}

// coded is what a workbook takes for a character by its number.
var coded = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// appendXML escapes a text as the library does.
func appendXML(out []byte, value string) []byte {
	if strings.Contains(value, "_x") {
		value = coded.ReplaceAllString(value, "_x005F$0")
	}
	plain := utf8.ValidString(value)
	for i := 0; i < len(value) && plain; i++ {
		c := value[i]
		plain = c >= ' ' && c != '<' && c != '>' && c != '&' && c != '"' && c != '\'' && c != 0xef
	}
	if plain {
		return append(out, value...)
	}
	var escaped bytes.Buffer
	_ = xml.EscapeText(&escaped, []byte(value)) // a buffer takes everything
	return append(out, escaped.Bytes()...)
}
