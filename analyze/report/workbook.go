package report

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/xuri/excelize/v2"

	xlsx "minewatch/analyze/workbook"
)

// Workbook writes the tables of the week as one xlsx workbook: a cover that
// says what they rest on, then a sheet each. Cells are typed, times are those of
// the week's zone, text is text and never a formula. The same week gives the
// same bytes.
func Workbook(w io.Writer, week *Week, lang Lang) error {
	p, err := newPrinter(lang, week.Zone)
	if err != nil {
		return fmt.Errorf("write workbook of %s: %w", week.Name, err)
	}
	return p.workbook(w, week, p.sheets(week))
}

func (p *printer) workbook(w io.Writer, week *Week, sheets []sheet) error {
	b, err := newWorkbook(p, p.say("title")+" "+week.Name, week)
	if err != nil {
		return fmt.Errorf("write workbook of %s: %w", week.Name, err)
	}
	err = b.cover(week, sheets)
	for i := range sheets {
		if err == nil {
			err = b.table(&sheets[i])
		}
	}
	if err == nil {
		err = xlsx.Write(w, b.file, b.bodies)
	}
	if err = errors.Join(err, b.file.Close()); err != nil {
		return fmt.Errorf("write workbook of %s: %w", week.Name, err)
	}
	return nil
}

// workbook is an xlsx file in the making.
type workbook struct {
	p      *printer
	file   *excelize.File
	styles map[string]int       // by kind, and "A", "title", "label", "head"
	bodies map[string]xlsx.Body // by sheet
}

func newWorkbook(p *printer, title string, week *Week) (*workbook, error) {
	file, err := xlsx.New(xlsx.Properties{
		Title: title, Language: p.say("html.lang"), Program: week.ProgramVersion, Made: week.AsOf,
	})
	if err != nil {
		return nil, err
	}
	b := &workbook{p: p, file: file, styles: map[string]int{}, bodies: map[string]xlsx.Body{}}
	styles := bookStyles()
	for _, name := range slices.Sorted(maps.Keys(styles)) {
		id, err := b.file.NewStyle(styles[name])
		if err != nil {
			return nil, err
		}
		b.styles[name] = id
	}
	return b, nil
}

// bookStyles are the formats of cells, by the kind of their column or by what
// they are.
func bookStyles() map[string]*excelize.Style {
	format := func(code string) *string { return &code }
	top := &excelize.Alignment{Vertical: "top"}
	middle := &excelize.Alignment{Vertical: "top", Horizontal: "center"}
	return map[string]*excelize.Style{
		// Format @ keeps text that looks like a formula text, also when its
		// cell is edited.
		string(textKind):   {NumFmt: 49, Alignment: top},
		string(wholeKind):  {CustomNumFmt: format("#,##0"), Alignment: top},
		string(numberKind): {CustomNumFmt: format("#,##0.###"), Alignment: top},
		string(boolKind):   {Alignment: middle},
		string(momentKind): {CustomNumFmt: format("yyyy-mm-dd hh:mm:ss"), Alignment: top},
		string(dayKind):    {CustomNumFmt: format("yyyy-mm-dd"), Alignment: top},
		"A":                {NumFmt: 49, Font: &excelize.Font{Bold: true, Color: "A4262C"}, Alignment: middle},
		"B":                {NumFmt: 49, Font: &excelize.Font{Bold: true, Color: "B36B00"}, Alignment: middle},
		"plain":            {CustomNumFmt: format("0"), Alignment: top},
		"head":             {Font: &excelize.Font{Bold: true, Color: "FFFFFF"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"44546A"}}, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}},
		"title":            {Font: &excelize.Font{Bold: true, Size: 16}},
		"label":            {Font: &excelize.Font{Bold: true}, Alignment: top},
		"wrapped":          {NumFmt: 49, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}},
	}
}

// table writes one table as a sheet: frozen headings, filters, widths.
func (b *workbook) table(s *sheet) (err error) {
	name := b.p.say("sheet." + s.name)
	if _, err := b.file.NewSheet(name); err != nil {
		return err
	}
	set, wide := bookColumns(s), 0.0
	for i := range set {
		if !set[i].hidden {
			wide += set[i].width
		}
	}
	if err := b.paper(name, "landscape", int(math.Ceil(wide/pageWidth))); err != nil {
		return err
	}
	out, err := b.file.NewStreamWriter(name)
	if err != nil {
		return err
	}
	head := make([]any, len(s.columns))
	for i := range set {
		head[i] = excelize.Cell{StyleID: b.styles["head"], Value: b.p.heading(set[i].field)}
		if err := errors.Join(out.SetColWidth(i+1, i+1, set[i].width+2), out.SetColVisible(i+1, i+1, !set[i].hidden)); err != nil {
			return err
		}
	}
	if err := errors.Join(
		out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
		out.SetRow("A1", head, excelize.RowOpts{Height: 32}),
	); err != nil {
		return err
	}
	b.bodies[name] = func(out *xlsx.Rows) error {
		for n, cells := range s.rows {
			out.Row(n + 2)
			for i, cell := range cells {
				b.cell(out, i, &set[i], cell)
			}
			if err := out.End(); err != nil {
				return err
			}
		}
		return nil
	}
	if len(s.rows) > 0 {
		last, err := excelize.CoordinatesToCellName(len(s.columns), len(s.rows)+1)
		if err != nil {
			return err
		}
		if err := out.AddTable(&excelize.Table{Range: "A1:" + last, Name: "t_" + s.name, StyleName: "TableStyleLight1"}); err != nil {
			return err
		}
	}
	return out.Flush()
}

// pageWidth is the characters that a printed page can hold side by side and be
// read.
const pageWidth = 220

// paper makes a sheet print on A4, on so many pages side by side.
func (b *workbook) paper(sheet, orientation string, wide int) error {
	fit, size, high := true, 9, 0
	return errors.Join(
		b.file.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}),
		b.file.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: &size, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &high}),
	)
}

// cell writes a value with the format of its column.
func (b *workbook) cell(out *xlsx.Rows, column int, f *bookColumn, cell any) {
	style := b.styles[string(f.kind)]
	switch v := cell.(type) {
	case string:
		if f.name == "grade" || f.name == "best_grade" {
			if graded, ok := b.styles[v]; ok {
				style = graded
			}
		}
		out.Text(column, style, b.p.cellText(f, v))
	case int:
		if f.name == "rank" || f.name == "pool_port" || f.name == "factor_year" {
			style = b.styles["plain"] // a number that is a name is not grouped
		}
		out.Int(column, style, int64(v))
	case int64:
		out.Int(column, style, v)
	case bool:
		out.Bool(column, style, v)
	case fixed:
		if v.decimals > 0 {
			v.value = rounded(v)
		}
		out.Number(column, style, v.value)
	case date:
		out.Time(column, style, time.Time(v))
	case time.Time:
		out.Time(column, style, v.In(b.p.zone))
	}
}

// The cover's second column is so wide, in characters, and a line so high, in
// points: programs that open a workbook do not all fit heights to wrapped text.
const (
	coverWidth = 90
	coverLine  = 16
)

// cover says what the tables are and what they rest on.
func (b *workbook) cover(week *Week, sheets []sheet) error {
	name := b.p.say("sheet.cover")
	leaf, err := b.leaf(name)
	if err != nil {
		return err
	}
	line := leaf.line
	region := week.Region
	if region == "" {
		region = b.p.say("region.all")
	}
	faults := []error{
		line(b.p.say("title"), "", "title"), b.file.SetRowHeight(name, 1, 28),
		line(b.p.marking(week), "", "label"),
		line(week.Site, "", "label"),
		line(b.p.weekTitle(week), b.p.period(week), "label"),
		line(b.p.say("cover.region"), region, "label"),
		line(b.p.say("cover.summary"), b.p.headline(week), "label"),
		line("", b.p.comparison(week), "label"),
		line("", b.p.energyLine(week), "label"),
	}
	for _, warning := range b.p.warnings(week) {
		faults = append(faults, line(b.p.say("cover.warning"), warning, "label"))
	}
	for _, fact := range b.p.basis(week) {
		for i, value := range fact.Values {
			label := fact.Label
			if i > 0 {
				label = ""
			}
			faults = append(faults, line(label, value, "label"))
		}
	}
	faults = append(faults, line(b.p.say("cover.zone"), b.p.zone.String(), "label"), line("", b.p.say("limits.lead"), "label"))
	for i := range sheets {
		faults = append(faults, line(b.p.say("sheet."+sheets[i].name), b.p.say("cover.rows", count(len(sheets[i].rows))), "label"))
		link := fmt.Sprintf("'%s'!A1", b.p.say("sheet."+sheets[i].name))
		faults = append(faults, b.file.SetCellHyperLink(name, fmt.Sprintf("A%d", leaf.row), link, "Location"))
	}
	return errors.Join(faults...)
}

// leaf is a sheet of labels and values, the first one of a workbook.
type leaf struct {
	b    *workbook
	name string
	row  int // the last one
}

func (b *workbook) leaf(name string) (*leaf, error) {
	return &leaf{b: b, name: name}, errors.Join(
		b.file.SetSheetName("Sheet1", name), b.paper(name, "portrait", 1),
		b.file.SetColWidth(name, "A", "A", 24), b.file.SetColWidth(name, "B", "B", coverWidth),
	)
}

func (l *leaf) line(label, value, style string) error {
	l.row++
	at := func(column string) string { return fmt.Sprintf("%s%d", column, l.row) }
	f, styles := l.b.file, l.b.styles
	return errors.Join(
		f.SetCellStr(l.name, at("A"), xlsx.Text(label)), f.SetCellStyle(l.name, at("A"), at("A"), styles[style]),
		f.SetRowHeight(l.name, l.row, coverLine*max(1, math.Ceil(float64(text.StringWidth(value))/(coverWidth-6)))),
		f.SetCellStr(l.name, at("B"), xlsx.Text(value)), f.SetCellStyle(l.name, at("B"), at("B"), styles["wrapped"]),
	)
}
