package feedback

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"

	"minewatch/analyze/workbook"
)

// Form is what a unit is asked about its addresses.
type Form struct {
	NoticeNo, Week, Unit string
	Chinese              bool // the language of what is written on it
	Zone                 *time.Location
	Program              string
	AsOf                 time.Time // the results that it rests on
	NotifiedAt           time.Time
	LocateBy, ReportBy   time.Time
	Rows                 []FormRow
}

// FormRow is an address on a form.
type FormRow struct {
	Host, Grade           string
	FirstSeen, LastSeen   time.Time
	Endpoints, LocalPorts string
}

// headerRow is where the form's columns are named; above it stands what it is.
const headerRow = 4

// Write writes the form as a workbook: a row for each address, of which only what
// is asked can be filled in, with lists and hints. The same form has the same
// bytes.
func (f *Form) Write(w io.Writer) (err error) {
	file, err := workbook.New(workbook.Properties{
		Title: f.say("挖矿核查反馈表", "Feedback on suspected mining") + " " + f.NoticeNo, Language: f.say("zh-CN", "en"),
		Program: f.Program, Made: f.AsOf,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	b := &formBook{Form: f, file: file, sheet: f.say("反馈表", "Feedback")}
	if err := b.write(); err != nil {
		return fmt.Errorf("form %s: %w", f.NoticeNo, err)
	}
	return file.Write(w)
}

func (f *Form) say(zh, en string) string {
	if f.Chinese {
		return zh
	}
	return en
}

// formBook is a form in the making.
type formBook struct {
	*Form
	file  *excelize.File
	sheet string

	title, note, head, fillHead, told, toldTime, fill, fillTime, fillDay int // styles
}

func (b *formBook) write() error {
	if err := errors.Join(b.file.SetSheetName("Sheet1", b.sheet), b.makeStyles(), b.top(), b.header()); err != nil {
		return err
	}
	for i := range b.Rows {
		if err := b.row(headerRow+1+i, &b.Rows[i]); err != nil {
			return err
		}
	}
	return errors.Join(b.ask(), b.close())
}

func (b *formBook) makeStyles() error {
	text, moment, day := 49, "yyyy-mm-dd hh:mm", "yyyy-mm-dd"
	border := []excelize.Border{
		{Type: "left", Color: "BFBFBF", Style: 1},
		{Type: "right", Color: "BFBFBF", Style: 1},
		{Type: "top", Color: "BFBFBF", Style: 1},
		{Type: "bottom", Color: "BFBFBF", Style: 1},
	}
	wrap := &excelize.Alignment{Vertical: "top", WrapText: true}
	solid := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	open := &excelize.Protection{Locked: false}
	white := &excelize.Font{Bold: true, Color: "FFFFFF"}
	exact := "yyyy-mm-dd hh:mm:ss"
	for _, s := range []struct {
		into  *int
		style excelize.Style
	}{
		{&b.title, excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}}},
		{&b.note, excelize.Style{Alignment: &excelize.Alignment{Vertical: "top"}}},
		{&b.head, excelize.Style{Font: white, Fill: solid("7F7F7F"), Border: border, Alignment: wrap}},
		{&b.fillHead, excelize.Style{Font: white, Fill: solid("2F6B3A"), Border: border, Alignment: wrap}},
		{&b.told, excelize.Style{NumFmt: text, Fill: solid("F2F2F2"), Border: border, Alignment: wrap}},
		{&b.toldTime, excelize.Style{CustomNumFmt: &exact, Fill: solid("F2F2F2"), Border: border, Alignment: wrap}},
		{&b.fill, excelize.Style{NumFmt: text, Border: border, Alignment: wrap, Protection: open}},
		{&b.fillTime, excelize.Style{CustomNumFmt: &moment, Border: border, Alignment: wrap, Protection: open}},
		{&b.fillDay, excelize.Style{CustomNumFmt: &day, Border: border, Alignment: wrap, Protection: open}},
	} {
		id, err := b.file.NewStyle(&s.style)
		if err != nil {
			return err
		}
		*s.into = id
	}
	return nil
}

// top says what the form is and until when it is to come back.
func (b *formBook) top() error {
	clock := func(t time.Time) string { return t.In(b.Zone).Format("2006-01-02 15:04") }
	return errors.Join(
		b.text("A1", b.say("疑似挖矿 IP 地址核查反馈表", "Feedback on addresses suspected of mining"), b.title),
		b.text("A2", fmt.Sprintf(b.say("通报 %s，通报时间 %s。请于 %s 前锁定设备和责任人，于 %s 前报送本表。",
			"Notice %s of %s. Find device and person by %s; return this form by %s."),
			b.NoticeNo, clock(b.NotifiedAt), clock(b.LocateBy), clock(b.ReportBy)), b.note),
		b.text("A3", fmt.Sprintf(b.say("灰色列请勿改动；绿色列由单位填写，未查明的留空，每个地址一行。时间均为 %s 时间。",
			"Leave the grey columns as they are; fill in the green ones, empty where not known, one row an address. Times are those of %s."),
			b.Zone), b.note),
	)
}

func (b *formBook) header() error {
	for i := range formFields {
		field := &formFields[i]
		style := b.head
		if field.fill {
			style = b.fillHead
		}
		column, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := errors.Join(
			b.file.SetColWidth(b.sheet, column, column, field.width+1),
			b.text(column+strconv.Itoa(headerRow), field.heading(b.Chinese), style),
		); err != nil {
			return err
		}
	}
	return nil
}

func (b *formBook) row(n int, r *FormRow) error {
	told := map[string]any{
		"notice_no": b.NoticeNo, "unit": b.Unit, "host": r.Host, "grade": r.Grade, "first_seen": r.FirstSeen, "last_seen": r.LastSeen,
		"endpoints": r.Endpoints, "local_ports": r.LocalPorts,
	}
	for i := range formFields {
		field := &formFields[i]
		cell, err := excelize.CoordinatesToCellName(i+1, n)
		if err != nil {
			return err
		}
		switch value := told[field.name].(type) {
		case string:
			err = b.text(cell, value, b.told)
		case time.Time:
			err = errors.Join(b.file.SetCellValue(b.sheet, cell, workbook.Wall(value.In(b.Zone))), b.file.SetCellStyle(b.sheet, cell, cell, b.toldTime))
		default:
			err = b.file.SetCellStyle(b.sheet, cell, cell, b.styleOf(field))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *formBook) styleOf(f *formField) int {
	switch {
	case f.moment:
		return b.fillTime
	case f.day:
		return b.fillDay
	}
	return b.fill
}

func (b *formBook) text(cell, value string, style int) error {
	return errors.Join(b.file.SetCellStr(b.sheet, cell, workbook.Text(value)), b.file.SetCellStyle(b.sheet, cell, cell, style))
}

// ask adds to the columns that are filled in what they take.
func (b *formBook) ask() error {
	last := headerRow + max(len(b.Rows), 1)
	for i := range formFields {
		field := &formFields[i]
		if !field.fill || (field.hint(b.Chinese) == "") {
			continue
		}
		column, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		v := excelize.NewDataValidation(true)
		v.SetSqref(fmt.Sprintf("%s%d:%s%d", column, headerRow+1, column, last))
		v.SetInput(field.heading(b.Chinese), field.hint(b.Chinese))
		v.SetError(excelize.DataValidationErrorStyleStop, field.heading(b.Chinese), field.hint(b.Chinese))
		if field.name == "class" {
			var words []string
			for _, c := range classes {
				words = append(words, b.say(c.zh, c.en))
			}
			err = v.SetDropList(words)
		} else {
			first, end := time.Date(2009, 1, 3, 0, 0, 0, 0, time.UTC), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
			err = v.SetRange(workbook.Serial(first), workbook.Serial(end), excelize.DataValidationTypeDate, excelize.DataValidationOperatorBetween)
		}
		if err := errors.Join(err, b.file.AddDataValidation(b.sheet, v)); err != nil {
			return err
		}
	}
	return nil
}

// close freezes what is told and protects it. There is no password: the import
// compares every row with what was sent, and a lock only keeps slips out.
func (b *formBook) close() error {
	fit, size, wide, high, landscape := true, 9, 2, 0, "landscape"
	return errors.Join(
		b.file.SetRowHeight(b.sheet, headerRow, 32),
		b.file.SetPanes(b.sheet, &excelize.Panes{
			Freeze: true, XSplit: 3, YSplit: headerRow, TopLeftCell: "D" + strconv.Itoa(headerRow+1), ActivePane: "bottomRight",
		}),
		b.file.SetSheetProps(b.sheet, &excelize.SheetPropsOptions{FitToPage: &fit}),
		b.file.SetPageLayout(b.sheet, &excelize.PageLayoutOptions{Size: &size, Orientation: &landscape, FitToWidth: &wide, FitToHeight: &high}),
		b.file.ProtectSheet(b.sheet, &excelize.SheetProtectionOptions{
			SelectLockedCells: true, SelectUnlockedCells: true, FormatColumns: true, FormatRows: true, FormatCells: true, AutoFilter: true, Sort: true,
		}),
	)
}
