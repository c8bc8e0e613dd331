package report

import (
	"testing"
	"time"
)

// What the tests of the catalogue need to see.
var (
	Catalogue      = catalogue
	ChineseReasons = chineseReasons
	PageFiles      = pageFiles
	FieldOf        = fieldOf
)

// SheetsOf are the tables of a week as the formats get them.
func SheetsOf(t *testing.T, week *Week, lang Lang) []sheet {
	t.Helper()
	p, err := newPrinter(lang, week.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return p.sheets(week)
}

// Name, Columns and Rows are what a sheet has.
func (s *sheet) Name() string      { return s.name }
func (s *sheet) Columns() []string { return s.columns }
func (s *sheet) Rows() [][]any     { return s.rows }

// Heading, Meaning, Kind and Takes are what a field says of its column.
func (f field) Heading() string { return f.zh + "/" + f.en }
func (f field) Meaning() string { return f.meaning }
func (f field) Kind() string    { return string(f.kind) }
func (f field) Takes(cell any) bool {
	switch cell.(type) {
	case nil:
		return true
	case string:
		return f.kind == textKind
	case int, int64:
		return f.kind == wholeKind || f.kind == numberKind
	case bool:
		return f.kind == boolKind
	case fixed:
		return f.kind == numberKind
	case time.Time:
		return f.kind == momentKind
	case date:
		return f.kind == dayKind
	}
	return false
}

// DayOf is the day that a cell is.
func DayOf(cell any) (time.Time, bool) {
	day, ok := cell.(date)
	return time.Time(day), ok
}

// ReasonInChinese is a reason of the analysis as the Chinese report says it.
func ReasonInChinese(reason string) string {
	book := newReasonBook(Chinese)
	return book.translate(reason)
}

// InBook is what a workbook has of a text of a column, and whether the column is shown.
func (s *sheet) InBook(t *testing.T, lang Lang, column int, text string) (said string, shown bool) {
	t.Helper()
	p, err := newPrinter(lang, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := bookColumns(s)[column]
	return p.cellText(&c, text), !c.hidden
}

// SectorsInEnglish are the sectors that an English report translates.
var SectorsInEnglish = sectorsInEnglish
