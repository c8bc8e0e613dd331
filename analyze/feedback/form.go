package feedback

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"

	"minewatch/analyze/workbook"
)

// Paper is what the forms of a week have in common.
type Paper struct {
	Chinese bool // the language of what is written on it
	Zone    *time.Location
	Program string
	AsOf    time.Time // the results that it rests on

	Contact, ReturnTo string // of who asks, and where the form goes; "" = to be filled in by hand
}

// Form is what a unit is asked about its addresses.
type Form struct {
	NoticeNo, Week, Unit string
	Revision             int // of the notice; more than 1: what was written first under the number said something else
	NotifiedAt           time.Time
	LocateBy, ReportBy   time.Time
	Rows                 []FormRow
	LeftOut              int // addresses of the week that are not asked about, as they are registered as excluded
}

// Told names what a form tells, in whatever language it is written: forms that tell
// the same have the same.
func (f *Form) Told() string {
	var text bytes.Buffer
	fmt.Fprintf(&text, "%q %q %q %d %d %d %d", f.NoticeNo, f.Week, f.Unit, f.NotifiedAt.Unix(), f.LocateBy.Unix(), f.ReportBy.Unix(), f.LeftOut)
	for i := range f.Rows {
		r := &f.Rows[i]
		fmt.Fprintf(&text, "\n%q %q %d %d %q %q", r.Host, r.Grade, r.FirstSeen.Unix(), r.LastSeen.Unix(), r.Endpoints, r.LocalPorts)
		if r.Before != nil {
			fmt.Fprintf(&text, " %q", r.Before)
		}
	}
	sum := sha256.Sum256(text.Bytes())
	return hex.EncodeToString(sum[:16])
}

// ToldBy is what the form in a file tells, as Told names it; "" where the file is not
// there, or is no form of this program.
func ToldBy(path string) (string, error) {
	told, err := workbook.Keywords(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return told, err
}

// FormRow is an address on a form.
type FormRow struct {
	Host, Grade           string
	GradeText             string // the words of the notice
	FirstSeen, LastSeen   time.Time
	Endpoints, LocalPorts string
	Before                *Before // nil: the unit was not told about the address before
}

// headerRow is where the form's columns are named; above it stands what it is.
const headerRow = 4

// Forms writes forms as workbooks: a row for each address, of which only what is
// asked can be filled in, with lists and hints. What they have in common is made
// once: a week of a province has thousands.
type Forms struct {
	Paper
	mould  *workbook.Mould
	styles formStyles
}

// What stands in the mould for what is of one form.
const (
	noticeMark  = "{notice}"
	topMark     = "{top}"
	toldMark    = "{told}"
	lastRowMark = "{last_row}"
)

// NewForms makes what the forms have in common.
func NewForms(paper Paper) (*Forms, error) {
	file, err := workbook.New(workbook.Properties{
		Title: paper.say("挖矿核查反馈表", "Feedback on suspected mining") + " " + noticeMark, Language: paper.say("zh-CN", "en"),
		Keywords: toldMark, Program: paper.Program, Made: paper.AsOf,
	})
	if err != nil {
		return nil, err
	}
	b := &formBook{Paper: paper, file: file, sheet: paper.say("反馈表", "Feedback")}
	f := &Forms{Paper: paper}
	if err = b.write(); err == nil {
		f.styles = b.formStyles
		f.mould, err = workbook.NewMould(file, noticeMark, topMark, toldMark, lastRowMark)
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("forms: %w", err)
	}
	return f, nil
}

// Write writes a form. The same form has the same bytes.
func (f *Forms) Write(w io.Writer, form *Form) error {
	words := map[string]string{
		noticeMark: form.NoticeNo, topMark: f.top(form), toldMark: form.Told(), lastRowMark: strconv.Itoa(headerRow + max(len(form.Rows), 1)),
	}
	err := f.mould.Write(w, words, func(out *workbook.Rows) error {
		for i := range form.Rows {
			out.Row(headerRow + 1 + i)
			f.row(out, form, &form.Rows[i])
			if err := out.End(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("form %s: %w", form.NoticeNo, err)
	}
	return nil
}

// byHand is a line to write on.
const byHand = "____________________"

// top says what the form is of and until when it is to come back.
func (f *Forms) top(form *Form) string {
	no := form.NoticeNo
	if form.Revision > 1 {
		no += fmt.Sprintf(f.say("（第 %d 版）", " (revision %d)"), form.Revision)
	}
	text := fmt.Sprintf(f.say("通报 %s，通报时间 %s。", "Notice %s of %s. "), no, f.clock(form.NotifiedAt)) + f.asked(form)
	text += fmt.Sprintf(f.say("报送至：%s。联系人：%s。", " Return it to: %s. Contact: %s."), cmp.Or(f.ReturnTo, byHand), cmp.Or(f.Contact, byHand))
	switch {
	case form.LeftOut == 0:
		return text
	case f.Chinese:
		return text + fmt.Sprintf("另有 %d 个 IP 地址已登记排除，不在本表之列。", form.LeftOut)
	case form.LeftOut == 1:
		return text + " One more address is registered as excluded and not asked about."
	}
	return text + fmt.Sprintf(" %d more addresses are registered as excluded and not asked about.", form.LeftOut)
}

// asked says until when the form is to be back. Of an address whose earlier notice is not
// answered the earlier deadline stands: where that is so of all, there is no new one.
func (f *Forms) asked(form *Form) string {
	var stand []time.Time
	for i := range form.Rows {
		if b := form.Rows[i].Before; b != nil && !b.StandsBy.IsZero() {
			stand = append(stand, b.StandsBy)
		}
	}
	reminders := len(stand)
	slices.SortFunc(stand, time.Time.Compare)
	stand = slices.CompactFunc(stand, time.Time.Equal)
	if reminders > 0 && reminders == len(form.Rows) {
		text := f.say("表中 IP 地址此前均已通报而未收到核查结论，本次通报不另给期限。请锁定设备和责任人，并报送本表，",
			"All addresses below were told before, with no finding returned: this notice gives no new time. Find device and person, and return this form: ")
		if len(stand) == 1 {
			return text + fmt.Sprintf(f.say("原报送期限 %s 不变。", "the earlier deadline of %s stands."), f.clock(stand[0]))
		}
		return text + f.say("各 IP 地址的原报送期限不变，见通报所注。", "the earlier deadline of each address stands, as the notice says.")
	}
	text := fmt.Sprintf(f.say("请于 %s 前锁定设备和责任人，于 %s 前报送本表。", "Find device and person by %s; return this form by %s."),
		f.clock(form.LocateBy), f.clock(form.ReportBy))
	switch {
	case reminders == 0:
		return text
	case !f.Chinese && reminders == 1:
		return text + " This is not for the address that was told before, with no finding returned: its earlier deadlines stand, as the notice says."
	}
	return text + fmt.Sprintf(f.say("此期限不适用于此前已通报而未收到核查结论的 %d 个 IP 地址，其原期限不变，见通报所注。",
		" This is not for the %d addresses that were told before, with no finding returned: their earlier deadlines stand, as the notice says."), reminders)
}

func (f *Forms) clock(t time.Time) string { return t.In(f.Zone).Format("2006-01-02 15:04") }

func (f *Forms) row(out *workbook.Rows, form *Form, r *FormRow) {
	told := map[string]any{
		"notice_no": form.NoticeNo, "unit": form.Unit, "host": r.Host, "grade": r.GradeText, "first_seen": r.FirstSeen, "last_seen": r.LastSeen,
		"endpoints": r.Endpoints, "local_ports": r.LocalPorts, "told_before": r.Before.No(),
	}
	for i := range formFields {
		switch value := told[formFields[i].name].(type) {
		case string:
			out.Text(i, f.styles.told, value)
		case time.Time:
			out.Time(i, f.styles.toldTime, value.In(f.Zone))
		default:
			out.Empty(i, f.styles.of(&formFields[i]))
		}
	}
}

func (p *Paper) say(zh, en string) string {
	if p.Chinese {
		return zh
	}
	return en
}

// formBook is the mould of forms in the making.
type formBook struct {
	Paper
	formStyles
	file  *excelize.File
	sheet string
}

// formStyles are the formats of cells.
type formStyles struct {
	title, note, head, fillHead, told, toldTime, fill, fillTime, fillDay int
}

func (b *formBook) write() error {
	return errors.Join(b.file.SetSheetName("Sheet1", b.sheet), b.makeStyles(), b.top(), b.header(), b.ask(), b.close())
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

// top says what the form is.
func (b *formBook) top() error {
	return errors.Join(
		b.text("A1", b.say("疑似挖矿 IP 地址核查反馈表", "Feedback on addresses suspected of mining"), b.title),
		b.text("A2", topMark, b.note),
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

// of is the format of a cell that is filled in.
func (s *formStyles) of(f *formField) int {
	switch {
	case f.moment:
		return s.fillTime
	case f.day:
		return s.fillDay
	}
	return s.fill
}

func (b *formBook) text(cell, value string, style int) error {
	return errors.Join(b.file.SetCellStr(b.sheet, cell, workbook.Text(value)), b.file.SetCellStyle(b.sheet, cell, cell, style))
}

// ask adds to the columns that are filled in what they take.
func (b *formBook) ask() error {
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
		v.SetSqref(fmt.Sprintf("%s%d:%s%s", column, headerRow+1, column, lastRowMark))
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
