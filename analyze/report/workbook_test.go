package report_test

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"minewatch/analyze/ledger"
	"minewatch/analyze/report"
)

// readBook writes a week's workbook and opens it.
func readBook(t *testing.T, week *report.Week, lang report.Lang) (*excelize.File, []byte) {
	t.Helper()
	var out bytes.Buffer
	if err := report.Workbook(&out, week, lang); err != nil {
		t.Fatal(err)
	}
	data := bytes.Clone(out.Bytes())
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	return book, data
}

// TestWorkbookSaysWhatTheTablesSay reads every cell back and compares it with
// the table it came from, by type.
func TestWorkbookSaysWhatTheTablesSay(t *testing.T) {
	for _, lang := range []report.Lang{report.Chinese, report.English} {
		week := sampleWeek()
		book, _ := readBook(t, week, lang)
		names := book.GetSheetList()
		sheets := report.SheetsOf(t, week, lang)
		if len(names) != len(sheets)+1 {
			t.Fatalf("%s: sheets %q, want a cover and %d", lang, names, len(sheets))
		}
		for i := range sheets {
			compareSheet(t, book, names[i+1], &sheets[i], week.Zone, lang)
		}
	}
}

// TestWorkbookHasNoCodes: what a program reads in the tables is hidden, or in words.
func TestWorkbookHasNoCodes(t *testing.T) {
	week := sampleWeek()
	book, _ := readBook(t, week, report.Chinese)
	sheets := report.SheetsOf(t, week, report.Chinese)
	code := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	seen := map[string]string{}
	for i, name := range book.GetSheetList()[1:] {
		rows, err := book.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		for c, column := range sheets[i].Columns() {
			letters, err := excelize.ColumnNumberToName(c + 1)
			if err != nil {
				t.Fatal(err)
			}
			shown, err := book.GetColVisible(name, letters)
			if err != nil {
				t.Fatal(err)
			}
			if _, want := sheets[i].InBook(t, report.Chinese, c, ""); shown != want {
				t.Errorf("%s: column %s is shown: %t, want %t", name, column, shown, want)
			}
			for _, row := range rows[1:] {
				if c < len(row) && shown {
					seen[column] = row[c]
					if code.MatchString(row[c]) && column != "feed_source" && column != "name_text" { // these name a feed
						t.Errorf("%s: column %s says %q", name, column, row[c])
					}
				}
			}
		}
	}
	for column, want := range map[string]string{"level": "区县", "scenario": "高", "kind": "单位", "state_text": "已报送"} {
		if seen[column] != want {
			t.Errorf("the last %s is %q, want %q", column, seen[column], want)
		}
	}
	if _, shown := seen["state"]; shown {
		t.Error("the code of the state is shown beside its words")
	}
}

// TestSectors: all that the ledger knows have a word in English, and that stands in the
// English report; others stay.
func TestSectors(t *testing.T) {
	for _, name := range ledger.Sectors() {
		if english := report.SectorsInEnglish[name]; english == "" && name != "IDC" {
			t.Errorf("no English for the sector %s", name)
		}
	}
	week := sampleWeek()
	week.Units[0].Sector, week.Suspects[0].Sector = "高校", "烟草"
	for lang, want := range map[report.Lang][2]string{report.English: {"university", "烟草"}, report.Chinese: {"高校", "烟草"}} {
		text := page(t, week, lang)
		for _, word := range want {
			if !strings.Contains(text, word) {
				t.Errorf("%s: the page does not say %s", lang, word)
			}
		}
	}
	if text := page(t, week, report.English); strings.Contains(text, "高校") || strings.Contains(text, "党政机关") {
		t.Error("the English page has a sector in Chinese")
	}
	if week.Units[0].Sector != "高校" {
		t.Error("the week itself was changed")
	}
}

type weekTable interface {
	Name() string
	Columns() []string
	Rows() [][]any
	InBook(t *testing.T, lang report.Lang, column int, text string) (said string, shown bool)
}

func compareSheet(t *testing.T, book *excelize.File, name string, s weekTable, zone *time.Location, lang report.Lang) {
	t.Helper()
	rows, err := book.GetRows(name, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(s.Rows())+1 {
		t.Errorf("%s: %d rows, want %d", s.Name(), len(rows), len(s.Rows())+1)
		return
	}
	for r, cells := range s.Rows() {
		for c, cell := range cells {
			if text, isText := cell.(string); isText {
				cell, _ = s.InBook(t, lang, c, text)
			}
			got := ""
			if c < len(rows[r+1]) {
				got = rows[r+1][c]
			}
			at, _ := excelize.CoordinatesToCellName(c+1, r+2)
			typ, err := book.GetCellType(name, at)
			if err != nil {
				t.Fatal(err)
			}
			if want, wantType := inBook(cell, zone); !sameValue(got, want) || (want != "" && typ != wantType) {
				t.Errorf("%s %s (%s): %q of type %d, want %q of type %d", s.Name(), at, s.Columns()[c], got, typ, want, wantType)
			}
		}
	}
}

// inBook is how a workbook stores a cell: a time as the days since the end of
// 1899.
func inBook(cell any, zone *time.Location) (string, excelize.CellType) {
	if day, ok := report.DayOf(cell); ok {
		cell, zone = day, day.Location()
	}
	switch v := cell.(type) {
	case nil:
		return "", 0
	case bool:
		return map[bool]string{true: "1", false: "0"}[v], excelize.CellTypeBool
	case time.Time:
		v = v.In(zone)
		wall := time.Date(v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), 0, time.UTC)
		return fmt.Sprint(wall.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24), excelize.CellTypeUnset
	case string:
		if strings.HasPrefix(v, "=") {
			v = "'" + v
		}
		return v, excelize.CellTypeInlineString
	}
	return fmt.Sprint(cell), excelize.CellTypeUnset
}

// sameValue compares numbers as such: half a second of a day that is told in
// days since 1899 is the 11th digit.
func sameValue(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return a == b || (errX == nil && errY == nil && math.Abs(x-y) < 1e-6)
}

func TestWorkbookIsTheSameAgain(t *testing.T) {
	_, first := readBook(t, sampleWeek(), report.Chinese)
	for range 5 {
		if _, again := readBook(t, sampleWeek(), report.Chinese); !bytes.Equal(first, again) {
			t.Fatal("the same week gave other bytes")
		}
	}
}

// A name from outside never becomes a formula, not in a workbook either, and a
// cell never breaks the file.
func TestWorkbookTakesHostileNames(t *testing.T) {
	week := sampleWeek()
	week.Site = "=1+1"
	week.Suspects[0].Unit = "@SUM(A1)"
	week.Suspects[1].Unit = "a\x00\x1b]0;b\tc\nd</t><f>1</f>"
	week.Units[0].Unit = strings.Repeat("长", 40_000)
	book, _ := readBook(t, week, report.Chinese)
	for _, name := range book.GetSheetList() {
		rows, err := book.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		for r, row := range rows {
			for c, value := range row {
				at, _ := excelize.CoordinatesToCellName(c+1, r+1)
				if formula, err := book.GetCellFormula(name, at); err != nil || formula != "" {
					t.Errorf("%s %s: formula %q, %v", name, at, formula, err)
				}
				if value != "" && strings.ContainsRune("=+@\t\r\n", rune(value[0])) {
					t.Errorf("%s %s: %q would be run when it is edited", name, at, value)
				}
			}
		}
	}
	rows, err := book.GetRows("疑似挖矿")
	if err != nil {
		t.Fatal(err)
	}
	if joined := strings.Join(rows[2], "|"); !strings.Contains(joined, "a  ]0;b c d</t><f>1</f>") {
		t.Errorf("row %q has not the name without its control characters", joined)
	}
}

// Every column of every table has a heading, and cells of its kind.
func TestFieldsOfTables(t *testing.T) {
	for _, s := range report.SheetsOf(t, sampleWeek(), report.English) {
		seen := map[string]bool{}
		for i, name := range s.Columns() {
			f := report.FieldOf(name)
			heading := f.Heading()
			if f.Meaning() == "" {
				t.Errorf("%s: column %s is not in fields", s.Name(), name)
			}
			if seen[heading] {
				t.Errorf("%s: heading %q twice", s.Name(), heading)
			}
			seen[heading] = true
			for _, row := range s.Rows() {
				if !f.Takes(row[i]) {
					t.Errorf("%s: column %s is of kind %s and has %v (%T)", s.Name(), name, f.Kind(), row[i], row[i])
				}
			}
		}
	}
}
