package feedback

import (
	"fmt"
	"strings"
	"time"

	"minewatch/analyze/intake"
	"minewatch/analyze/sheet"
)

// Class is what a unit found.
type Class string

// The classes. Active, passive and research confirm what the report suspected;
// a false alarm denies it; of what was not found nothing is known.
const (
	Active     Class = "active"
	Passive    Class = "passive"
	Research   Class = "research"
	FalseAlarm Class = "false_alarm"
	NotFound   Class = "not_found"
)

// excludes says whether who is that is taken off the list.
func (c Class) excludes() bool { return c == Research || c == FalseAlarm }

// classes are the classes with the words of the form, and what else people write for
// them. What could be said of two, such as 未发现, is of none.
var classes = []struct {
	class  Class
	zh, en string
	others []string
}{
	{Active, "主动挖矿", "active", []string{"主动", "active mining"}},
	{Passive, "被动挖矿", "passive", []string{"被动", "passive mining"}},
	{Research, "科研", "research", []string{"科学研究", "科研用途"}},
	{FalseAlarm, "误报", "false alarm", []string{"误判", "false positive"}},
	{NotFound, "未查实", "not found", []string{"未核实"}},
}

// parseClass reads the words of a class in either language; large letters, blanks,
// hyphens and low lines make no difference.
func parseClass(s string) (Class, error) {
	for _, c := range classes {
		for _, word := range append([]string{string(c.class), c.zh, c.en}, c.others...) {
			if intake.Plain(word) == intake.Plain(s) && s != "" {
				return c.class, nil
			}
		}
	}
	var words []string
	for _, c := range classes {
		words = append(words, c.zh+" ("+c.en+")")
	}
	if s == "" {
		return "", fmt.Errorf("the finding is missing: want one of %s", strings.Join(words, ", "))
	}
	return "", fmt.Errorf("%q is no finding: want one of %s", s, strings.Join(words, ", "))
}

// Row is what a unit answered about one address.
type Row struct {
	NoticeNo, Unit, Host string
	Class                Class
	LocatedAt            time.Time // device and person are known since
	InnerAddress         string    // behind the NAT
	Account              string    // MAC address or account
	Device               string
	Place, Department    string
	Person, Phone        string
	Cause, Software      string
	Coin, Wallet         string
	StartedOn            time.Time
	Measure              string
	FinishedAt           time.Time // the measure was done
	FinishedDay          string    // the same as day of the site, "2026-11-18"
	FinishedUntil        time.Time // the end of that day
	Evidence             string
	Remark               string

	ReceivedAt time.Time // when the answer came
	// FirstReceivedAt is when the first one with a finding came: a form that is
	// corrected later was in time all the same.
	FirstReceivedAt time.Time
	Version         string // of the import
	Line            int    // of the original

	Approved Approval
}

// Approval is the last answer about an address that somebody approved: this one or
// an earlier one. Only that excludes the address, or ends its exclusion; what came
// after it waits.
type Approval struct {
	By      string // empty: nobody approved anything
	Class   Class
	At      time.Time // when that answer came
	From    time.Time // since when approved answers exclude the address without a break; zero: this one does not
	Version string    // of its import
	Line    int       // of the original
}

func (r *Row) key() string { return r.NoticeNo + "|" + r.Host }

// Columns are the columns of answers.csv, in order.
var Columns = []sheet.Column[Row]{
	sheet.Text("notice_no", func(r *Row) *string { return &r.NoticeNo }),
	sheet.Text("unit", func(r *Row) *string { return &r.Unit }),
	sheet.Text("host", func(r *Row) *string { return &r.Host }),
	sheet.Text("class", func(r *Row) *Class { return &r.Class }),
	sheet.Moment("located_at", func(r *Row) *time.Time { return &r.LocatedAt }),
	sheet.Text("inner_address", func(r *Row) *string { return &r.InnerAddress }),
	sheet.Text("account", func(r *Row) *string { return &r.Account }),
	sheet.Text("device", func(r *Row) *string { return &r.Device }),
	sheet.Text("place", func(r *Row) *string { return &r.Place }),
	sheet.Text("department", func(r *Row) *string { return &r.Department }),
	sheet.Text("person", func(r *Row) *string { return &r.Person }),
	sheet.Text("phone", func(r *Row) *string { return &r.Phone }),
	sheet.Text("cause", func(r *Row) *string { return &r.Cause }),
	sheet.Text("software", func(r *Row) *string { return &r.Software }),
	sheet.Text("coin", func(r *Row) *string { return &r.Coin }),
	sheet.Text("wallet", func(r *Row) *string { return &r.Wallet }),
	sheet.Moment("started_on", func(r *Row) *time.Time { return &r.StartedOn }),
	sheet.Text("measure", func(r *Row) *string { return &r.Measure }),
	sheet.Moment("finished_at", func(r *Row) *time.Time { return &r.FinishedAt }),
	sheet.Text("finished_day", func(r *Row) *string { return &r.FinishedDay }),
	sheet.Text("evidence", func(r *Row) *string { return &r.Evidence }),
	sheet.Text("remark", func(r *Row) *string { return &r.Remark }),
	sheet.Moment("received_at", func(r *Row) *time.Time { return &r.ReceivedAt }),
	sheet.Moment("first_received_at", func(r *Row) *time.Time { return &r.FirstReceivedAt }),
	sheet.Text("approver", func(r *Row) *string { return &r.Approved.By }),
	sheet.Text("feedback_version", func(r *Row) *string { return &r.Version }),
	sheet.Number("line", func(r *Row) *int { return &r.Line }),
	sheet.Text("approved_class", func(r *Row) *Class { return &r.Approved.Class }),
	sheet.Moment("approved_at", func(r *Row) *time.Time { return &r.Approved.At }),
	sheet.Moment("excluded_from", func(r *Row) *time.Time { return &r.Approved.From }),
	sheet.Text("approved_version", func(r *Row) *string { return &r.Approved.Version }),
	sheet.Number("approved_line", func(r *Row) *int { return &r.Approved.Line }),
	sheet.Moment("finished_until", func(r *Row) *time.Time { return &r.FinishedUntil }),
}
