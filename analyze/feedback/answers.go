package feedback

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/xuri/excelize/v2"

	"minewatch/analyze/intake"
	"minewatch/analyze/workbook"
)

// answers is what was read of a form.
type answers struct {
	rows  []Row
	tally intake.Tally
	sheet string // of a workbook
}

// reader reads the rows of a form.
type reader struct {
	Options
	answers
	lake string
	file string
	sent map[string]Notice // by number and host
	nos  map[string]string // the unit of a number
	seen map[string]int    // the line of a row

	firstSeen map[string]time.Time // of what was told a unit about an address in all notices, by unit and address

	told    map[string]*toldWeek // what forms told, by week
	toldErr error                // why that could not be read
	changed int                  // cells of rows that were taken which say something else
}

// readAnswers reads a form and compares it with what was sent. Rows that were
// not filled in are counted, and say nothing.
func readAnswers(lake string, in Input, o Options, sent []Notice) (*answers, error) {
	r := &reader{Options: o, lake: lake, file: in.File, sent: map[string]Notice{}, nos: map[string]string{}, seen: map[string]int{}, told: map[string]*toldWeek{}, firstSeen: map[string]time.Time{}}
	for _, n := range sent {
		r.sent[n.key()], r.nos[n.No] = n, n.Unit
		r.firstSeen[n.Unit+"|"+n.Host] = earliest(r.firstSeen[n.Unit+"|"+n.Host], n.FirstSeen)
	}
	table, sheet, err := workbook.OpenTable(in.Data, workbook.Table{
		Sheet: o.Sheet, Fields: readFields, Days: timeFields, Example: "通报编号 and IP 地址, as on the form that was sent", Joined: "；",
	})
	if err != nil {
		return &r.answers, err
	}
	r.sheet = sheet
	for i := range formFields {
		if f := &formFields[i]; !table.Has(f.name) && (f.name == "notice_no" || f.name == "unit" || f.name == "host" || f.name == "class") {
			return &r.answers, fmt.Errorf("no column %s (%s) in the header: is it the form that was sent?", f.name, f.zh)
		}
	}
	if err := r.tally.Rows(table, r.read); err != nil {
		return &r.answers, err
	}
	r.tally.Kept = len(r.rows)
	if r.toldErr != nil {
		return &r.answers, r.toldErr
	}
	r.remarkRest()
	if r.tally.Read > 0 && r.tally.Read == r.tally.Blank {
		return &r.answers, errors.New("no row is filled in: nothing was imported")
	}
	return &r.answers, r.tally.Judge(o.Limits)
}

// read takes one row.
func (r *reader) read(row intake.Row) error {
	answer, blank, err := r.parse(row)
	switch {
	case err != nil:
		return err
	case blank:
		r.tally.Blank++
	default:
		r.rows = append(r.rows, answer)
		r.compare(row, answer.NoticeNo+"|"+answer.Host)
	}
	return nil
}

// parse reads one row.
func (r *reader) parse(row intake.Row) (answer Row, blank bool, err error) {
	notice, err := r.answered(row)
	if err != nil {
		return answer, false, err
	}
	blank = true
	for i := range formFields {
		if f := &formFields[i]; f.fill && row.Get(f.name) != "" {
			blank = false
		}
	}
	if blank {
		return answer, true, nil
	}
	answer = Row{
		NoticeNo: notice.No, Unit: notice.Unit, Host: notice.Host, ReceivedAt: r.ReceivedAt.UTC().Truncate(time.Second), Line: row.Line,
		InnerAddress: row.Get("inner_address"), Account: row.Get("account"), Device: row.Get("device"), Place: row.Get("place"),
		Department: row.Get("department"), Person: row.Get("person"), Phone: row.Get("phone"), Cause: row.Get("cause"),
		Software: row.Get("software"), Coin: row.Get("coin"), Wallet: row.Get("wallet"), Measure: row.Get("measure"),
		Evidence: row.Get("evidence"), Remark: row.Get("remark"),
	}
	// A unit may tell first that it located the device, and later what it found.
	if word := row.Get("class"); word != "" || row.Get("located_at") == "" || row.Get("finished_at") != "" {
		if answer.Class, err = parseClass(word); err != nil {
			return answer, false, r.at(row, "class", err)
		}
		answer.FirstReceivedAt = answer.ReceivedAt
	}
	if answer.Class != "" && r.Approver != "" {
		answer.approve(r.Approver)
	}
	return answer, false, r.times(row, &answer, &notice)
}

// answered finds the notice that a row answers, and refuses a row that answers
// none: its keys were changed, or it is another lake's.
func (r *reader) answered(row intake.Row) (Notice, error) {
	no, unit := row.Get("notice_no"), row.Get("unit")
	ofUnit, known := r.nos[no]
	switch {
	case no == "":
		return Notice{}, r.at(row, "notice_no", errors.New("the number of the notice is missing"))
	case !known:
		return Notice{}, r.at(row, "notice_no", fmt.Errorf("no notice %s was ever sent", no))
	case unit != workbook.Text(ofUnit) && unit != ofUnit:
		return Notice{}, r.at(row, "unit", fmt.Errorf("notice %s was sent to %s, not to %s", no, ofUnit, orNone(unit)))
	}
	host, err := netip.ParseAddr(row.Get("host"))
	if err != nil {
		return Notice{}, r.at(row, "host", fmt.Errorf("%q is no address", row.Get("host")))
	}
	notice, ok := r.sent[no+"|"+host.Unmap().String()]
	if !ok {
		return Notice{}, r.at(row, "host", fmt.Errorf("%s is not in notice %s", host, no))
	}
	if line, twice := r.seen[notice.key()]; twice {
		return Notice{}, r.at(row, "host", fmt.Errorf("%s stands in row %d already", host, line))
	}
	r.seen[notice.key()] = row.Line
	return notice, nil
}

func orNone(s string) string {
	if s == "" {
		return "nobody"
	}
	return s
}

// times reads the times of a row and refuses what cannot be.
func (r *reader) times(row intake.Row, a *Row, n *Notice) error {
	for _, value := range []struct {
		field string
		into  *time.Time
	}{{"located_at", &a.LocatedAt}, {"started_on", &a.StartedOn}, {"finished_at", &a.FinishedAt}} {
		t, err := intake.ParseLocal(row.Get(value.field), r.Zone)
		if err != nil {
			return r.at(row, value.field, err)
		}
		*value.into = t
	}
	if !a.FinishedAt.IsZero() {
		done := a.FinishedAt.In(r.Zone)
		a.FinishedDay = done.Format(time.DateOnly)
		a.FinishedUntil = time.Date(done.Year(), done.Month(), done.Day()+1, 0, 0, 0, 0, r.Zone)
	}
	late := func(field string, t time.Time) error {
		if t.After(a.ReceivedAt) {
			return r.at(row, field, fmt.Errorf("%s is after the form came back, at %s", r.clock(t), r.clock(a.ReceivedAt)))
		}
		return nil
	}
	if err := errors.Join(late("located_at", a.LocatedAt), late("finished_at", a.FinishedAt)); err != nil {
		return err
	}
	first := r.firstSeen[n.Unit+"|"+n.Host] // what was found and done for an earlier notice may be told on a later form
	switch {
	case !a.StartedOn.IsZero() && a.StartedOn.After(n.LastSeen):
		return r.at(row, "started_on", fmt.Errorf("%s is after the address was last seen, at %s", r.clock(a.StartedOn), r.clock(n.LastSeen)))
	case !a.LocatedAt.IsZero() && a.LocatedAt.Before(first):
		return r.at(row, "located_at", fmt.Errorf("%s is before the address was first seen, at %s", r.clock(a.LocatedAt), r.clock(first)))
	case !a.FinishedAt.IsZero() && a.FinishedAt.Before(first):
		return r.at(row, "finished_at", fmt.Errorf("%s is before the address was first seen, at %s", r.clock(a.FinishedAt), r.clock(first)))
	case !a.FinishedAt.IsZero() && a.LocatedAt.After(a.FinishedAt):
		return r.at(row, "finished_at", fmt.Errorf("%s is before the device was located, at %s", r.clock(a.FinishedAt), r.clock(a.LocatedAt)))
	}
	return nil
}

func (r *reader) clock(t time.Time) string { return t.In(r.Zone).Format("2006-01-02 15:04") }

// at says where a fault stands: sheet and cell of a workbook, else line and
// column.
func (r *reader) at(row intake.Row, field string, err error) error {
	return fmt.Errorf("%s: %w", r.place(row, field), err)
}

func (r *reader) place(row intake.Row, field string) string {
	column := row.Column(field)
	if column == 0 {
		return field
	}
	if r.sheet == "" {
		return fmt.Sprintf("column %d (%s)", column, field)
	}
	cell, err := excelize.CoordinatesToCellName(column, row.Line)
	if err != nil {
		return fmt.Sprintf("sheet %s, row %d, %s", r.sheet, row.Line, field)
	}
	return fmt.Sprintf("sheet %s, cell %s", r.sheet, cell)
}
