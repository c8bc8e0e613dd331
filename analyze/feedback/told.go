package feedback

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"minewatch/analyze/intake"
	"minewatch/analyze/sheet"
	"minewatch/analyze/workbook"
)

// The grey cells of a form are what the unit is told. The answer of a row is compared
// by its keys alone; that another grey cell says something else by then is told, and
// refuses nothing: the form may have been sorted by a column, or copied by hand. Each
// version of the record has what its forms told, so that there is something to compare
// with.

// toldColumns are the columns of told.csv, in order.
var toldColumns = []sheet.Column[Notice]{
	sheet.Text("notice_no", func(n *Notice) *string { return &n.No }),
	sheet.Text("host", func(n *Notice) *string { return &n.Host }),
	sheet.Text("content", func(n *Notice) *string { return &n.Content }),
	sheet.Text("grade", func(n *Notice) *string { return &n.Grade }),
	sheet.Moment("first_seen", func(n *Notice) *time.Time { return &n.FirstSeen }),
	sheet.Moment("last_seen", func(n *Notice) *time.Time { return &n.LastSeen }),
	sheet.Text("endpoints", func(n *Notice) *string { return &n.Endpoints }),
	sheet.Text("local_ports", func(n *Notice) *string { return &n.LocalPorts }),
	sheet.Text("told_before", func(n *Notice) *string { return &n.ToldBefore }),
}

// toldWeek is what the forms of a week told.
type toldWeek struct {
	rows     map[string][]Notice // by number and host: one for each way in which it was told
	contents map[string][]string // the hashes of all that was told, also of what has no row
}

// readTold reads what the forms of a week told.
func readTold(lake, week string) (*toldWeek, error) {
	list, err := noticeStore(lake).List()
	if err != nil || len(list) == 0 {
		return &toldWeek{}, err
	}
	t := &toldWeek{rows: map[string][]Notice{}, contents: map[string][]string{}}
	tellings, err := readTellings(&list[len(list)-1])
	if err != nil {
		return nil, err
	}
	for i := range tellings {
		if x := &tellings[i]; x.Content != "" && strings.HasPrefix(x.No, week) {
			t.contents[x.No+"|"+x.Host] = append(t.contents[x.No+"|"+x.Host], x.Content)
		}
	}
	for i := range list {
		v := &list[i]
		if v.Tables[toldFile] == "" || !strings.HasPrefix(v.Name, week) {
			continue
		}
		rows, err := sheet.ReadVersion(v, toldFile, toldColumns)
		if err != nil {
			return nil, err
		}
		for _, n := range rows {
			if !slices.ContainsFunc(t.rows[n.key()], func(was Notice) bool { return was.Content == n.Content }) {
				t.rows[n.key()] = append(t.rows[n.key()], n)
			}
		}
	}
	return t, nil
}

// of is what forms told of an address under a number, in each of its revisions; nil
// where it is not known of all of them, as an older program wrote one.
func (t *toldWeek) of(key string) []Notice {
	for _, content := range t.contents[key] {
		if !slices.ContainsFunc(t.rows[key], func(n Notice) bool { return n.Content == content }) {
			return nil
		}
	}
	return t.rows[key]
}

// change is a grey cell that says something else than what was sent.
type change struct{ field, sent, now string }

// compare remarks the grey cells of a row that say otherwise than every revision of the
// notice; of several revisions it takes the one that the row is most like, the last of them.
func (r *reader) compare(row intake.Row, key string) {
	week := r.sent[key].Week
	if r.told[week] == nil {
		told, err := readTold(r.lake, week)
		if err != nil {
			r.toldErr = err
			told = &toldWeek{}
		}
		r.told[week] = told
	}
	var least []change
	for i, n := range r.told[week].of(key) {
		if differs := r.changes(row, &n); i == 0 || len(differs) <= len(least) {
			least = differs
		}
	}
	for _, c := range least {
		if r.changed++; r.changed <= maxChangesTold {
			r.tally.Remarks = append(r.tally.Remarks, fmt.Sprintf("warning: %s: %s of %s was sent as %s, and says %s now: the row is taken, by its number, unit and address",
				r.place(row, c.field), c.field, row.Get("host"), orNothing(c.sent), orNothing(c.now)))
		}
	}
}

// maxChangesTold is how many changed cells are told one by one: who sorts one column
// changes all of it.
const maxChangesTold = 10

// remarkRest says how many more cells were changed.
func (r *reader) remarkRest() {
	if more := r.changed - maxChangesTold; more > 0 {
		r.tally.Remarks = append(r.tally.Remarks,
			"warning: and "+intake.Amount(more, "more grey cell that says", "more grey cells that say")+" something else than what was sent")
	}
}

func orNothing(s string) string {
	const most = 60 // characters: of 25 endpoints the first tell enough
	if s == "" {
		return "nothing"
	}
	if text := []rune(s); len(text) > most {
		s = string(text[:most]) + "…"
	}
	return s
}

// changes are the grey cells of a row that say something else than what was sent. A
// column that is not there says nothing.
func (r *reader) changes(row intake.Row, n *Notice) []change {
	var list []change
	for _, c := range []struct {
		field, sent string
		same        func(now string) bool
	}{
		{"grade", gradeText(n.Grade), func(now string) bool { return sameGrade(n.Grade, now) }},
		{"first_seen", r.exact(n.FirstSeen), func(now string) bool { return r.sameTime(n.FirstSeen, now) }},
		{"last_seen", r.exact(n.LastSeen), func(now string) bool { return r.sameTime(n.LastSeen, now) }},
		{"endpoints", n.Endpoints, func(now string) bool { return sameList(n.Endpoints, now) }},
		{"local_ports", n.LocalPorts, func(now string) bool { return sameList(n.LocalPorts, now) }},
		{"told_before", n.ToldBefore, func(now string) bool { return sameList(n.ToldBefore, now) }},
	} {
		if now := row.Get(c.field); row.Column(c.field) > 0 && !c.same(now) {
			list = append(list, change{c.field, c.sent, now})
		}
	}
	return list
}

func (r *reader) exact(t time.Time) string { return t.In(r.Zone).Format(time.DateTime) }

// gradeWords are what forms have, or had, for the grades that units are told.
var gradeWords = map[string][3]string{
	"A": {"A", "疑似挖矿（高）", "suspected mining (high)"},
	"B": {"B", "疑似挖矿（中）", "suspected mining (medium)"},
}

func gradeText(grade string) string { return gradeWords[grade][1] + " / " + gradeWords[grade][2] }

func sameGrade(sent, now string) bool {
	words := gradeWords[sent]
	return slices.ContainsFunc(words[:], func(word string) bool { return intake.Plain(word) == intake.Plain(now) })
}

// sameTime compares what a clock on the wall shows, as an hour that comes twice is the
// same on it, or the moments, where the cell says its zone. A spreadsheet counts in
// fractions of a day, so that a second makes no difference; one that shows no seconds
// gives none away.
func (r *reader) sameTime(sent time.Time, now string) bool {
	moment, err := intake.ParseLocal(now, r.Zone)
	if err != nil || moment.IsZero() {
		return false
	}
	const minute = "2006-01-02 15:04"
	return moment.Sub(sent).Abs() <= time.Second ||
		r.exact(moment) == r.exact(sent) ||
		r.exact(moment) == sent.In(r.Zone).Format(minute)+":00"
}

// sameList compares lists of words: how they are set apart, and in which order, makes no
// difference.
func sameList(sent, now string) bool {
	words := func(s string) []string {
		list := strings.FieldsFunc(workbook.Text(s), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;，；、", r) })
		slices.Sort(list)
		return list
	}
	return slices.Equal(words(sent), words(now))
}
