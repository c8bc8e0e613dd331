package workbook

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"minewatch/analyze/intake"
)

// Bounds of a workbook: a ledger has some ten thousand rows of a dozen
// columns. Formatting alone can make a sheet larger than its content.
const (
	maxUnzipped   = 64 << 20
	maxSheetRows  = 200_000
	maxSheetWidth = 256
	maxMerged     = 10_000
)

// Is says whether data is a zip file, as xlsx is.
func Is(data []byte) bool { return bytes.HasPrefix(data, []byte("PK\x03\x04")) }

// Table says what a sheet is to be read as.
type Table struct {
	Sheet  string         // its name; empty = the first one that is visible
	Fields []intake.Field // a header names at least two of them
	Days   []string       // names of the fields whose numbers are days

	Example string // of a header, for the message to who has none
	Joined  string // what a line break within a cell becomes; empty: such a value is refused
}

// OpenTable opens what somebody sent in, a workbook or a CSV, and returns the name
// of the sheet that it reads, empty for a CSV.
func OpenTable(data []byte, t Table) (in *intake.Table, sheet string, err error) {
	switch {
	case Is(data):
		data, sheet, err = Read(data, t)
	case t.Sheet != "":
		err = errors.New("is no workbook, so it has no sheets")
	}
	if err != nil {
		return nil, sheet, err
	}
	text, err := intake.Decode(data)
	if err == nil {
		text, err = intake.UTF8(text, t.Fields)
	}
	if err != nil {
		return nil, sheet, err
	}
	in, err = intake.OpenTable(intake.Untitled(text, t.Fields), t.Fields)
	return in, sheet, err
}

// Read returns a sheet of a workbook as the text of a CSV whose lines are the
// rows of the sheet, and the name of the sheet. The header is the first row that
// names two columns; what stands above it, a title, is left out. Days are written
// as such: a workbook has them as numbers.
func Read(data []byte, t Table) (text []byte, name string, err error) {
	defer func() {
		// The library reads bytes from outside, and is not ours to harden.
		if r := recover(); r != nil {
			err = fmt.Errorf("is a workbook that cannot be read (%v): save the sheet as CSV UTF-8", r)
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped})
	if err != nil {
		return nil, "", fmt.Errorf("is no workbook that can be read: %w: save the sheet as CSV UTF-8", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if name, err = chooseSheet(f, t.Sheet); err != nil {
		return nil, "", err
	}
	b := &book{file: f, sheet: name, table: t}
	if err := b.read(); err != nil {
		return nil, name, fmt.Errorf("sheet %q: %w", name, err)
	}
	return b.text.Bytes(), name, nil
}

func chooseSheet(f *excelize.File, sheet string) (string, error) {
	names := f.GetSheetList()
	if sheet != "" {
		if !slices.Contains(names, sheet) {
			return "", fmt.Errorf("has no sheet %q: it has %s", sheet, strings.Join(names, ", "))
		}
		return sheet, nil
	}
	for _, name := range names {
		if visible, err := f.GetSheetVisible(name); err == nil && visible {
			return name, nil
		}
	}
	return "", errors.New("has no visible sheet: name one with --sheet")
}

// book is one sheet in the making of a CSV.
type book struct {
	file  *excelize.File
	sheet string
	table Table

	header int          // its row, from 1; 0 = not found yet
	width  int          // its columns
	days   map[int]bool // columns that have days
	is1904 bool         // days are counted from 1904
	text   bytes.Buffer
}

func (b *book) read() error {
	props, err := b.file.GetWorkbookProps()
	if err != nil {
		return err
	}
	b.is1904 = props.Date1904 != nil && *props.Date1904
	// A number as it is stored, and as it is shown: only the latter has the
	// leading zeros of its format.
	stored, err := b.file.Rows(b.sheet)
	if err != nil {
		return err
	}
	defer stored.Close() //nolint:errcheck // nothing was written
	shown, err := b.file.Rows(b.sheet)
	if err != nil {
		return err
	}
	defer shown.Close() //nolint:errcheck // nothing was written
	for row := 1; stored.Next() && shown.Next(); row++ {
		values, err := stored.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return fmt.Errorf("row %d: %w", row, err)
		}
		texts, err := shown.Columns()
		if err != nil {
			return fmt.Errorf("row %d: %w", row, err)
		}
		if err := b.add(row, values, texts); err != nil {
			return err
		}
	}
	if err := errors.Join(stored.Error(), shown.Error()); err != nil {
		return err
	}
	if b.header == 0 {
		return fmt.Errorf("no header in the first %d rows: want one that names the columns, such as %s", intake.HeaderWithin, b.table.Example)
	}
	return b.refuseMerged()
}

// add writes one row of the sheet as one line.
func (b *book) add(row int, values, texts []string) error {
	for len(values) > 0 && strings.TrimSpace(values[len(values)-1]) == "" {
		values = values[:len(values)-1]
	}
	switch {
	case row > maxSheetRows:
		return fmt.Errorf("has more than %d rows: is it the right sheet?", maxSheetRows)
	case len(values) > maxSheetWidth:
		return fmt.Errorf("row %d has more than %d columns: is it the right sheet?", row, maxSheetWidth)
	case b.header == 0 && !b.isHeader(row, values):
		b.text.WriteByte('\n')
		return nil
	case len(values) == 0:
		b.text.WriteByte('\n')
		return nil
	}
	cells := slices.Clone(values)
	for i := range cells {
		if row > b.header {
			cells[i] = b.cell(i, cells[i], at(texts, i))
		}
	}
	for len(cells) < b.width {
		cells = append(cells, "")
	}
	for i, cell := range cells {
		if i > 0 {
			b.text.WriteByte(',')
		}
		// A line break would be a line more; as another control character
		// the value is refused all the same.
		lines := cmp.Or(b.table.Joined, "\v")
		cell = strings.NewReplacer("\r\n", lines, "\n", lines, "\r", lines, `"`, `""`).Replace(cell)
		b.text.WriteString(`"` + cell + `"`)
	}
	b.text.WriteByte('\n')
	return nil
}

// isHeader says whether a row names columns, and remembers it if it does.
func (b *book) isHeader(row int, values []string) bool {
	if row > intake.HeaderWithin {
		return false
	}
	named := 0
	days := map[int]bool{}
	for i, v := range values {
		field := intake.Match(b.table.Fields, v)
		if field != "" {
			named++
		}
		days[i] = slices.Contains(b.table.Days, field)
	}
	if named < 2 {
		return false
	}
	b.header, b.width, b.days = row, len(values), days
	return true
}

// cell is the text of one cell.
func (b *book) cell(column int, value, text string) string {
	if b.days[column] {
		return b.day(value)
	}
	// 5711 that is shown as 05711 is 05711; 0.5 that is shown as 50% is not.
	if trimmed := strings.TrimLeft(text, "0"); trimmed != text && trimmed == value {
		return text
	}
	return value
}

// The days from 1990 to 9999, as a workbook counts them.
const (
	firstSerial = 32_874
	lastSerial  = 2_958_465
)

// day writes a day that is stored as a number of days as what it is; a day in
// words, also one of eight digits, stays.
func (b *book) day(value string) string {
	serial, err := strconv.ParseFloat(value, 64)
	if b.is1904 {
		serial += 1462
	}
	if err != nil || serial < firstSerial || serial > lastSerial+1 {
		return strings.TrimSuffix(value, "T00:00:00")
	}
	whole, part := math.Modf(serial)
	t := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(whole))
	if part == 0 {
		return t.Format(time.DateOnly)
	}
	return t.Add(time.Duration(math.Round(part*86400)) * time.Second).Format(time.DateTime)
}

// refuseMerged refuses merged cells from the header on: only the first of the
// rows below one has its value, and the others would have no unit.
func (b *book) refuseMerged() error {
	said := 0
	b.file.Pkg.Range(func(path, part any) bool {
		if text, ok := part.([]byte); ok && strings.HasPrefix(fmt.Sprint(path), "xl/worksheets/") {
			said += bytes.Count(text, []byte("mergeCell "))
		}
		return true
	})
	if said > maxMerged {
		return fmt.Errorf("has more than %d merged cells: unmerge them, and write the value into every row", maxMerged)
	}
	merged, err := b.file.GetMergeCells(b.sheet, true)
	if err != nil {
		return err
	}
	var within []string
	for _, m := range merged {
		_, last, err := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err != nil {
			return err
		}
		if last >= b.header {
			within = append(within, m.GetStartAxis()+":"+m.GetEndAxis())
		}
	}
	if len(within) == 0 {
		return nil
	}
	which := "cells " + within[0]
	if more := len(within) - 1; more > 0 {
		which += " and those of " + intake.Amount(more, "more place", "more places")
	}
	return fmt.Errorf("%s are merged: unmerge them, and write the value into every row", which)
}

// at is one of the cells of a row, which may be shorter.
func at(cells []string, i int) string {
	if i < len(cells) {
		return cells[i]
	}
	return ""
}
