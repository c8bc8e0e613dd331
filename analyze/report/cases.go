package report

import (
	"slices"
	"time"
)

// The states of a case in the order in which they are to be looked at.
var caseStates = []string{"recurred", "overdue", "notified", "located", "reported", "retest", "excluded", "closed"}

// maxCases is the most cases that the page lists; cases.csv has all.
const maxCases = 500

// casesPart is how what units were told stands, on the page.
type casesPart struct {
	AsOf      string
	Counts    []caseCount
	Lines     []caseLine
	Cut       string
	Precision []Precision
}

// caseCount is how many cases are in a state.
type caseCount struct {
	State        string
	Cases, Units int
}

// caseLine is a case with what is said of its deadlines.
type caseLine struct {
	Case
	Located, Reported string
	Again             string // what a notice after the last finding waits for
	Finding           string // and what waits for approval
	After             string // what the flows show since the measure
}

// casesPart is nil where nobody was told anything yet.
func (p *printer) casesPart(week *Week) *casesPart {
	if len(week.Cases) == 0 {
		return nil
	}
	part := &casesPart{AsOf: p.clock(week.CasesAsOf, "2006-01-02 15:04"), Precision: week.Precision}
	sorted := slices.Clone(week.Cases)
	slices.SortStableFunc(sorted, func(a, b Case) int {
		return slices.Index(caseStates, a.State) - slices.Index(caseStates, b.State)
	})
	for _, state := range caseStates {
		units := map[string]bool{}
		n := 0
		for i := range sorted {
			if sorted[i].State == state {
				units[sorted[i].Unit] = true
				n++
			}
		}
		if n > 0 {
			part.Counts = append(part.Counts, caseCount{state, n, len(units)})
		}
	}
	for i := range sorted[:min(len(sorted), maxCases)] {
		part.Lines = append(part.Lines, p.caseLine(sorted[i]))
	}
	if len(sorted) > maxCases {
		part.Cut = p.say("table.cut", count(maxCases), count(len(sorted)))
	}
	return part
}

func (p *printer) caseLine(c Case) caseLine {
	line := caseLine{Case: c, Located: p.deadline(c.LocatedAt, c.LocateBy, c.LocatedInTime), Reported: p.deadline(c.ReportedAt, c.ReportBy, c.ReportedInTime)}
	if c.LocatedInTime == nil && !c.ReportedAt.IsZero() { // found to be research, or a false alarm
		line.Located = p.say("case.no_device")
	}
	if !c.AnswerBy.IsZero() {
		due := "case.open"
		if c.State == "overdue" {
			due = "case.missed"
		}
		line.Again = p.say("case.again", p.say(due, p.clock(c.AnswerBy, deadlineLayout)))
	}
	line.Finding = p.finding(&c)
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	switch c.State {
	case "recurred":
		line.After = p.say("case.seen_again", day(c.SeenAgain))
	case "closed":
		line.After = p.say("case.closed_on", day(c.ClosedOn))
	case "retest":
		line.After = p.say("case.clean", p.some("day", c.CleanDays))
	}
	return line
}

// deadlineLayout is how the page tells deadlines.
const deadlineLayout = "01-02 15:04"

// deadline says when something was done, and whether that was in time.
func (p *printer) deadline(done, by time.Time, inTime *bool) string {
	switch {
	case inTime == nil:
		return p.say("case.open", p.clock(by, deadlineLayout))
	case done.IsZero():
		return p.say("case.missed", p.clock(by, deadlineLayout))
	case *inTime:
		return p.say("case.in_time", p.clock(done, deadlineLayout))
	}
	return p.say("case.late", p.clock(done, deadlineLayout))
}

// stateText is the words of a state.
func (p *printer) stateText(state string) (string, error) { return p.t("state." + state) }

// finding is what a unit found, in words, and what of it nobody approved yet.
func (p *printer) finding(c *Case) string {
	switch {
	case c.Class == "":
		return ""
	case c.PendingClass == "":
		return p.say("class." + c.Class)
	case c.PendingClass == c.Class:
		return p.say("case.unapproved", p.say("class."+c.Class))
	}
	return p.say("case.pending", p.say("class."+c.Class), p.say("class."+c.PendingClass))
}

// precisionText is how often a suspicion proved right, of how many findings.
func (p *printer) precisionText(x Precision) string {
	if x.Percent == nil {
		return p.say("unknown")
	}
	return percent(*x.Percent)
}

func (p *printer) caseSheet(week *Week) sheet {
	s := sheet{name: "cases", columns: []string{
		"unit", "host", "city", "county", "round", "notice_no", "week", "notices", "grade", "state", "state_text", "class", "class_text", "pending_class",
		"notified_at", "locate_by", "located_at", "located_in_time", "report_by", "reported_at", "reported_in_time",
		"answer_by", "finished_at", "clean_days", "closed_on", "seen_again",
	}}
	for i := range week.Cases {
		c := &week.Cases[i]
		class := ""
		if c.Class != "" {
			class = p.say("class." + c.Class)
		}
		s.rows = append(s.rows, []any{
			c.Unit, c.Host, c.City, c.County, c.Round, c.NoticeNo, c.Week, c.Notices, c.Grade, c.State, p.say("state." + c.State), c.Class, class, c.PendingClass,
			known(c.NotifiedAt), known(c.LocateBy), known(c.LocatedAt), optional(c.LocatedInTime), known(c.ReportBy), known(c.ReportedAt), optional(c.ReportedInTime),
			known(c.AnswerBy), known(c.FinishedAt), c.CleanDays, knownDay(c.ClosedOn), knownDay(c.SeenAgain),
		})
	}
	return s
}

func (p *printer) precisionSheet(week *Week) sheet {
	s := sheet{name: "precision", columns: []string{
		"precision_of", "name", "name_text", "active", "passive", "research", "false_alarms", "not_found", "precision_percent",
	}}
	for _, x := range week.Precision {
		var percent any
		if x.Percent != nil {
			percent = fixed{*x.Percent, 1}
		}
		text := x.Name
		if x.Kind == "grade" {
			text = p.say("grade." + x.Name)
		}
		s.rows = append(s.rows, []any{x.Kind, x.Name, text, x.Active, x.Passive, x.Research, x.FalseAlarms, x.NotFound, percent})
	}
	return s
}
