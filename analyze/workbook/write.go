package workbook

import (
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"minewatch/analyze/intake"
)

// Properties are what a workbook says about itself.
type Properties struct {
	Title    string
	Language string // "zh-CN"
	Keywords string // what Keywords reads back
	Program  string // version of the program that wrote it
	Made     time.Time
}

// New starts a workbook. Its bytes will depend on what is written into it and on
// its properties alone, so when a program writes it again is no difference.
func New(p Properties) (*excelize.File, error) {
	f := excelize.NewFile()
	f.SetZipWriter(func(w io.Writer) excelize.ZipWriter { return &orderedZip{out: w} })
	made := p.Made.UTC().Format(time.RFC3339)
	return f, f.SetDocProps(&excelize.DocProperties{
		Creator: "minewatch " + p.Program, LastModifiedBy: "minewatch", Created: made, Modified: made,
		Title: p.Title, Keywords: p.Keywords, Language: p.Language,
	})
}

// Wall is what a clock on the wall shows at t: a workbook knows no zones.
func Wall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// Serial is a time of a wall's clock as a workbook stores it: days since the end
// of 1899.
func Serial(t time.Time) float64 {
	const day = 24 * time.Hour
	since := Wall(t).Sub(time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC))
	// A workbook has the 29th of February 1900, which was not.
	return float64(since/day) + float64(since%day)/float64(day) + 1
}

// Text is a value as a cell may have it: names come from others, and a program
// that opens the workbook is not to take one for a formula, when its cell is
// edited or saved as CSV either. A number keeps its sign.
func Text(value string) string {
	value = intake.OneLine(value)
	begins := strings.TrimLeft(value, " ")
	if begins == "" || !strings.ContainsRune("=+-@", rune(begins[0])) {
		return value
	}
	if _, err := strconv.ParseFloat(value, 64); err == nil {
		return value
	}
	return "'" + value
}
