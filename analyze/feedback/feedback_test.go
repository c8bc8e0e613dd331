package feedback_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"minewatch/analyze/feedback"
	"minewatch/analyze/versions"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// clock is a time of November 2026 in the site's zone.
func clock(day, hour, minute int) time.Time {
	return time.Date(2026, time.November, day, hour, minute, 0, 0, shanghai)
}

const week = "2026-W46"

// notices of two units, the second of which has a name that looks like a formula.
func notices() []feedback.Notice {
	var list []feedback.Notice
	add := func(unit, host, grade string) {
		list = append(list, feedback.Notice{
			No: feedback.NoticeNo(week, unit), Week: week, Unit: unit, City: "宁波市", Host: host, Grade: grade, Sources: "probe",
			FirstSeen: clock(9, 8, 0), LastSeen: clock(15, 20, 0), NotifiedAt: clock(16, 9, 0),
			LocateBy: clock(18, 9, 0), ReportBy: clock(19, 9, 0),
			Content: "first", Endpoints: "198.51.100.7:3333, [2001:db8::9]:443", LocalPorts: "51000", ToldBefore: "2026-W45-408238e4",
		})
	}
	add("某某学院", "10.1.2.3", "A")
	add("某某学院", "10.1.2.4", "B")
	add("=1+1公司", "2001:db8::7", "A")
	return list
}

func lakeWithNotices(t *testing.T) string {
	t.Helper()
	lake := t.TempDir()
	r, err := feedback.Record(lake, week, "", notices(), clock(16, 9, 0))
	if err != nil || !r.IsNew {
		t.Fatal(r, err)
	}
	return lake
}

func form(unit string) *feedback.Form {
	f := &feedback.Form{
		NoticeNo: feedback.NoticeNo(week, unit), Week: week, Unit: unit,
		NotifiedAt: clock(16, 9, 0), LocateBy: clock(18, 9, 0), ReportBy: clock(19, 9, 0),
	}
	for _, n := range notices() {
		if n.Unit == unit {
			f.Rows = append(f.Rows, feedback.FormRow{
				Host: n.Host, Grade: n.Grade, GradeText: map[string]string{"A": "疑似挖矿（高）", "B": "疑似挖矿（中）"}[n.Grade],
				FirstSeen: n.FirstSeen, LastSeen: n.LastSeen, Endpoints: n.Endpoints, LocalPorts: n.LocalPorts,
				Before: &feedback.Before{NoticeNo: n.ToldBefore},
			})
		}
	}
	return f
}

// written are the forms of units, of one mould.
func written(t *testing.T, units ...string) [][]byte {
	t.Helper()
	forms, err := feedback.NewForms(feedback.Paper{Chinese: true, Zone: shanghai, Program: "v1", AsOf: clock(16, 2, 0)})
	if err != nil {
		t.Fatal(err)
	}
	var all [][]byte
	for _, unit := range units {
		var out bytes.Buffer
		if err := forms.Write(&out, form(unit)); err != nil {
			t.Fatal(err)
		}
		all = append(all, out.Bytes())
	}
	return all
}

// filled is the form of 某某学院 with cells that somebody wrote, by their names.
func filled(t *testing.T, cells map[string]any) []byte {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(written(t, "某某学院")[0]))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	for cell, value := range cells {
		if err := book.SetCellValue("反馈表", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	data, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

func options(received time.Time) feedback.Options {
	return feedback.Options{
		Zone: shanghai, ReceivedAt: received, Now: func() time.Time { return received }, ExcludeFor: 180 * 24 * time.Hour,
	}
}

// The columns of the form, as the tests fill them in.
const (
	classCell, locatedCell, personCell, sinceCell, doneCell = "J", "K", "Q", "W", "Y"
)

func TestFormComesBack(t *testing.T) {
	lake := lakeWithNotices(t)
	data := filled(t, map[string]any{
		classCell + "5": "主动挖矿", locatedCell + "5": time.Date(2026, 11, 17, 15, 30, 0, 0, time.UTC), personCell + "5": "张某\n学生",
		sinceCell + "5": "2026-10-01", doneCell + "5": "2026-11-18 10:00",
	})
	result, err := feedback.Import(lake, feedback.Input{File: "back/form.xlsx", Data: data}, options(clock(18, 12, 0)))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := result.String(), "rows: read 2 = kept 1 + blank 1"; got != want || result.Existing {
		t.Errorf("%s, existing %v; want %s", got, result.Existing, want)
	}
	version, rows, err := feedback.Standing(lake)
	if err != nil {
		t.Fatal(err)
	}
	want := []feedback.Row{{
		NoticeNo: feedback.NoticeNo(week, "某某学院"), Unit: "某某学院", Host: "10.1.2.3", Class: feedback.Active,
		LocatedAt: clock(17, 15, 30).UTC(), Person: "张某；学生", StartedOn: time.Date(2026, 9, 30, 16, 0, 0, 0, time.UTC),
		FinishedAt: clock(18, 10, 0).UTC(), FinishedDay: "2026-11-18", FinishedUntil: clock(19, 0, 0).UTC(),
		ReceivedAt: clock(18, 12, 0).UTC(), FirstReceivedAt: clock(18, 12, 0).UTC(), Version: version.ID(), Line: 5,
	}}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	again, err := feedback.Import(lake, feedback.Input{File: "form.xlsx", Data: data}, options(clock(25, 12, 0)))
	if err != nil || !again.Existing || again.Version.ID() != result.Version.ID() {
		t.Errorf("the same form again: %v, existing %v", err, again.Existing)
	}
}

func TestWhatCannotBeIsRefusedWithItsCell(t *testing.T) {
	const unit = "某某学院"
	cases := []struct {
		name  string
		cells map[string]any
		want  string
	}{
		{"no finding", map[string]any{"Q5": "张某"}, "sheet 反馈表, cell J5: the finding is missing"},
		{"unknown finding", map[string]any{"J5": "也许"}, `sheet 反馈表, cell J5: "也许" is no finding: want one of 主动挖矿`},
		{"address of nobody", map[string]any{"C5": "10.9.9.9", "J5": "误报"}, "cell C5: 10.9.9.9 is not in notice"},
		{"no address", map[string]any{"C5": "某台", "J5": "误报"}, `cell C5: "某台" is no address`},
		{"wrong unit", map[string]any{"B5": "别的学院", "J5": "误报"}, "cell B5: notice " + feedback.NoticeNo(week, unit) + " was sent to 某某学院, not to 别的学院"},
		{"altered number", map[string]any{"A5": "2026-W46-00000000", "J5": "误报"}, "cell A5: no notice 2026-W46-00000000 was ever sent"},
		{"number of another unit", map[string]any{"A5": feedback.NoticeNo(week, "=1+1公司"), "J5": "误报"}, "cell B5: notice"},
		{"same address twice", map[string]any{"C6": "10.1.2.3", "J5": "误报", "J6": "误报"}, "cell C6: 10.1.2.3 stands in row 5 already"},
		{"located after it came back", map[string]any{"J5": "误报", "K5": "2026-11-20 08:00"}, "cell K5: 2026-11-20 08:00 is after the form came back"},
		{"located before it was seen", map[string]any{"J5": "误报", "K5": "2025-11-17 08:00"}, "cell K5: 2025-11-17 08:00 is before the address was first seen"},
		{"done before located", map[string]any{"J5": "误报", "K5": "2026-11-17 08:00", "Y5": "2026-11-16 08:00"}, "cell Y5: 2026-11-16 08:00 is before the device was located"},
		{"began after the end", map[string]any{"J5": "主动挖矿", "W5": "2026-11-17"}, "cell W5: 2026-11-17 00:00 is after the address was last seen"},
		{"no date", map[string]any{"J5": "主动挖矿", "W5": "去年"}, `cell W5: "去年" is no date`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			lake := lakeWithNotices(t)
			result, err := feedback.Import(lake, feedback.Input{File: "form.xlsx", Data: filled(t, c.cells)}, options(clock(19, 8, 0)))
			if len(result.Rejects) != 1 || !strings.Contains(result.Rejects[0].Reason, c.want) {
				t.Errorf("rejects %+v (%v), want one with %q", result.Rejects, err, c.want)
			}
		})
	}
}

// TestWordsOfTheFindings: people write less than the form offers, and otherwise.
func TestWordsOfTheFindings(t *testing.T) {
	words := map[feedback.Class][]string{
		feedback.Active:     {"主动挖矿", "主动", "active", "Active mining"},
		feedback.Passive:    {"被动挖矿", "被动", "Passive", "passive-mining"},
		feedback.Research:   {"科研", "科学研究", "research"},
		feedback.FalseAlarm: {"误报", "误判", "false alarm", "False_Alarm", "false positive"},
		feedback.NotFound:   {"未查实", "未核实", "not found", "not_found"},
	}
	for class, list := range words {
		for _, word := range list {
			lake := lakeWithNotices(t)
			_, err := feedback.Import(lake, feedback.Input{File: "form.csv", Data: csvAnswer("某某学院", "10.1.2.3", feedback.Class(word), "")}, options(clock(19, 8, 0)))
			if err != nil {
				t.Errorf("%s: %v", word, err)
				continue
			}
			if _, rows, err := feedback.Standing(lake); err != nil || len(rows) != 1 || rows[0].Class != class {
				t.Errorf("%s is read as %+v (%v), want %s", word, rows, err, class)
			}
		}
	}
	// What may mean two things is none, and the file is not said to be the wrong one.
	result, err := feedback.Import(lakeWithNotices(t), feedback.Input{File: "form.csv", Data: csvAnswer("某某学院", "10.1.2.3", "未发现", "")}, options(clock(19, 8, 0)))
	const want = "feedback form.csv: its only row could not be used, nothing was imported: correct what is told of it"
	if err == nil || err.Error() != want || len(result.Rejects) != 1 || !strings.Contains(result.Rejects[0].Reason, "未查实 (not found)") {
		t.Errorf("%+v, %v; want %q", result.Rejects, err, want)
	}
}

func TestAFormThatIsNoneIsRefused(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"other table", "a,b\n1,2\n", "no column notice_no (通报编号) in the header: is it the form that was sent?"},
		{"empty", "", "empty"},
		{"nothing filled in", "notice_no,unit,host,class\n" + feedback.NoticeNo(week, "某某学院") + ",某某学院,10.1.2.3,\n", "no row is filled in"},
		{"damaged workbook", "PK\x03\x04junk", "no workbook that can be read"},
	}
	for _, c := range cases {
		_, err := feedback.Import(lakeWithNotices(t), feedback.Input{File: "x.csv", Data: []byte(c.text)}, options(clock(19, 8, 0)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := feedback.Import(t.TempDir(), feedback.Input{File: "x.csv"}, options(clock(19, 8, 0))); err == nil || !strings.Contains(err.Error(), "no notice was ever sent") {
		t.Errorf("a lake without notices: %v", err)
	}
}

// csvAnswer is a form as CSV with one row.
func csvAnswer(unit, host string, class feedback.Class, measure string) []byte {
	return fmt.Appendf(nil, "notice_no,unit,host,class,measure\n%s,%s,%s,%s,%s\n", feedback.NoticeNo(week, unit), unit, host, class, measure)
}

func TestTheAnswerThatCameLastCounts(t *testing.T) {
	steps := []struct {
		data     []byte
		received time.Time
	}{
		{csvAnswer("某某学院", "10.1.2.3", feedback.FalseAlarm, "first"), clock(17, 8, 0)},
		{csvAnswer("某某学院", "10.1.2.3", feedback.Passive, "last"), clock(19, 8, 0)},
		{csvAnswer("某某学院", "10.1.2.3", feedback.Research, "between"), clock(18, 8, 0)},
		{csvAnswer("=1+1公司", "2001:db8::7", feedback.Research, "other"), clock(18, 8, 0)},
	}
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 0, 3, 2}} {
		lake := lakeWithNotices(t)
		for _, i := range order {
			o := options(steps[i].received)
			o.Approver = "李主任"
			if _, err := feedback.Import(lake, feedback.Input{File: fmt.Sprintf("f%d.csv", i), Data: steps[i].data}, o); err != nil {
				t.Fatal(err)
			}
		}
		version, rows, err := feedback.Standing(lake)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != 2 || rows[0].Class != feedback.Passive && rows[1].Class != feedback.Passive {
			t.Errorf("order %v: %+v", order, rows)
		}
		excluded, err := version.ReadTable("exclusions.csv")
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(string(excluded), "\n"); got != 3 || !strings.Contains(string(excluded), "2001:db8::7") ||
			!strings.Contains(string(excluded), ",2026-11-17 00:00:00,2026-11-18 23:59:59,") {
			t.Errorf("order %v: exclusions are\n%s", order, excluded)
		}
	}
}

func TestNothingIsExcludedWithoutApproval(t *testing.T) {
	lake := lakeWithNotices(t)
	result, err := feedback.Import(lake, feedback.Input{File: "f.csv", Data: csvAnswer("某某学院", "10.1.2.3", feedback.FalseAlarm, "")}, options(clock(17, 8, 0)))
	if err != nil || result.Unapproved != 1 || result.Exclusions != 0 {
		t.Fatalf("%v: %+v", err, result)
	}
	version, _, err := feedback.Standing(lake)
	if err != nil {
		t.Fatal(err)
	}
	text, err := version.ReadTable("exclusions.csv")
	if err != nil || strings.Count(string(text), "\n") != 1 {
		t.Fatalf("%v: %s", err, text)
	}
	// The same form with an approver is another answer.
	o := options(clock(17, 9, 0))
	o.Approver = "李主任"
	if result, err = feedback.Import(lake, feedback.Input{File: "f.csv", Data: csvAnswer("某某学院", "10.1.2.3", feedback.FalseAlarm, "")}, o); err != nil || result.Exclusions != 1 || result.Existing {
		t.Fatalf("%v: %+v", err, result)
	}
}

// An exclusion that was approved holds until another approved answer ends it, or it
// expires; what nobody approved waits, in whatever order the forms are imported.
func TestAnExclusionHoldsUntilAnApprovedAnswerEndsIt(t *testing.T) {
	const school, firm = "某某学院", "=1+1公司"
	const boss = "李主任"
	steps := []struct {
		name     string
		data     []byte
		received time.Time
		approver string
		pending  int
		excluded string // host, first day, last day
		class    feedback.Class
	}{
		{"a false alarm, approved, in the first hours of the site's day", csvAnswer(school, "10.1.2.3", feedback.FalseAlarm, "a"), clock(17, 7, 0), boss, 0, "10.1.2.3 2026-11-17 2027-05-15", feedback.FalseAlarm},
		{"then mining, not approved", csvAnswer(school, "10.1.2.3", feedback.Active, "b"), clock(18, 8, 0), "", 1, "10.1.2.3 2026-11-17 2027-05-15", feedback.Active},
		{"located, without a finding", fmt.Appendf(nil, "notice_no,unit,host,class,located_at\n%s,%s,10.1.2.3,,2026-11-18 08:30\n", feedback.NoticeNo(week, school), school), clock(18, 9, 0), boss, 0, "10.1.2.3 2026-11-17 2027-05-15", ""},
		{"research, not approved", csvAnswer(school, "10.1.2.3", feedback.Research, "c"), clock(18, 10, 0), "", 0, "10.1.2.3 2026-11-17 2027-05-15", feedback.Research},
		{"research, approved: it goes on, longer", csvAnswer(school, "10.1.2.3", feedback.Research, "d"), clock(19, 8, 0), boss, 0, "10.1.2.3 2026-11-17 2027-05-17", feedback.Research},
		{"mining, approved", csvAnswer(school, "10.1.2.3", feedback.Active, "e"), clock(20, 8, 0), boss, 0, "10.1.2.3 2026-11-17 2026-11-19", feedback.Active},
		{"an approved false alarm that came before", csvAnswer(school, "10.1.2.3", feedback.FalseAlarm, "f"), clock(19, 18, 0), boss, 0, "10.1.2.3 2026-11-17 2026-11-19", feedback.Active},
		{"a false alarm, approved once more", csvAnswer(school, "10.1.2.3", feedback.FalseAlarm, "g"), clock(21, 8, 0), boss, 0, "10.1.2.3 2026-11-17 2026-11-19; 10.1.2.3 2026-11-21 2027-05-19", feedback.FalseAlarm},
		{"another unit's mining, not approved: nothing waits", csvAnswer(firm, "2001:db8::7", feedback.Active, "h"), clock(21, 9, 0), "", 0, "10.1.2.3 2026-11-17 2026-11-19; 10.1.2.3 2026-11-21 2027-05-19", feedback.FalseAlarm},
		{"mining, when the exclusion has run out: nothing waits", csvAnswer(school, "10.1.2.3", feedback.Active, "i"), clock(17, 8, 0).AddDate(1, 0, 0), "", 0, "10.1.2.3 2026-11-17 2026-11-19; 10.1.2.3 2026-11-21 2027-05-19", feedback.Active},
	}
	lake := lakeWithNotices(t)
	for i, step := range steps {
		o := options(step.received)
		o.Approver = step.approver
		result, err := feedback.Import(lake, feedback.Input{File: fmt.Sprintf("f%d.csv", i), Data: step.data}, o)
		if err != nil || result.Pending != step.pending {
			t.Errorf("%s: %d wait, want %d; %v", step.name, result.Pending, step.pending, err)
		}
		version, rows, err := feedback.Standing(lake)
		if err != nil {
			t.Fatal(err)
		}
		if n := slices.IndexFunc(rows, func(r feedback.Row) bool { return r.Host == "10.1.2.3" }); n < 0 || rows[n].Class != step.class {
			t.Errorf("%s: the last answers are %+v, want %s", step.name, rows, step.class)
		}
		if got := excludedBy(t, version); got != step.excluded {
			t.Errorf("%s: excluded is %q, want %q", step.name, got, step.excluded)
		}
	}

	for _, order := range [][]int{{1, 0}, {4, 1, 0}, {0, 1, 3}} {
		lake := lakeWithNotices(t)
		want := ""
		for _, i := range order {
			o := options(steps[i].received)
			o.Approver = steps[i].approver
			if _, err := feedback.Import(lake, feedback.Input{File: fmt.Sprintf("f%d.csv", i), Data: steps[i].data}, o); err != nil {
				t.Fatal(err)
			}
			if steps[i].excluded > want {
				want = steps[i].excluded
			}
		}
		version, err := feedback.Current(lake)
		if got := excludedBy(t, version); err != nil || got != want {
			t.Errorf("imported in the order %v, excluded is %q, want %q; %v", order, got, want, err)
		}
	}
}

// excludedBy are the addresses that a version excludes, each with its first and last day.
func excludedBy(t *testing.T, version *versions.Version) string {
	t.Helper()
	list, err := feedback.Excluded(version)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, e := range list {
		lines = append(lines, e.Range.String()+" "+e.ValidFrom.Format(time.DateOnly)+" "+e.Expires.Format(time.DateOnly))
	}
	return strings.Join(lines, "; ")
}

// The standing answers of an older program say who approved the last of them, not what
// was approved: an exclusion of then holds as well.
func TestWhatAnOlderProgramApprovedHolds(t *testing.T) {
	lake := lakeWithNotices(t)
	o := options(clock(17, 8, 0))
	o.Approver = "李主任"
	if _, err := feedback.Import(lake, feedback.Input{File: "a.csv", Data: csvAnswer("某某学院", "10.1.2.3", feedback.FalseAlarm, "")}, o); err != nil {
		t.Fatal(err)
	}
	withoutApprovals(t, lake)
	if _, err := feedback.Import(lake, feedback.Input{File: "b.csv", Data: csvAnswer("某某学院", "10.1.2.3", feedback.Active, "")}, options(clock(18, 8, 0))); err != nil {
		t.Fatal(err)
	}
	version, err := feedback.Current(lake)
	if got := excludedBy(t, version); err != nil || got != "10.1.2.3 2026-11-17 2027-05-15" {
		t.Errorf("excluded is %q; %v", got, err)
	}
}

// withoutApprovals makes the standing answers those of an older program.
func withoutApprovals(t *testing.T, lake string) {
	t.Helper()
	version, err := feedback.Current(lake)
	if err != nil {
		t.Fatal(err)
	}
	text, err := version.ReadTable("standing.csv")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		lines = append(lines, strings.Join(strings.Split(strings.TrimSuffix(line, "\n"), ",")[:27], ","))
	}
	old := []byte(strings.Join(lines, "\n") + "\n")
	if !bytes.HasSuffix([]byte(lines[0]), []byte(",line")) {
		t.Fatalf("columns are %s", lines[0])
	}
	sum, was := sha256.Sum256(old), version.Tables["standing.csv"]
	manifest, err := os.ReadFile(version.ManifestPath())
	if err != nil {
		t.Fatal(err)
	}
	manifest = bytes.ReplaceAll(manifest, []byte(was), []byte(hex.EncodeToString(sum[:])))
	for path, data := range map[string][]byte{version.Path("standing.csv"): old, version.ManifestPath(): manifest} {
		if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, data, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheRecordOfNoticesOnlyGrows(t *testing.T) {
	lake := lakeWithNotices(t)
	if r, err := feedback.Record(lake, week, "", notices(), clock(17, 9, 0)); err != nil || r.IsNew || len(r.Revised) > 0 {
		t.Errorf("the same notices again: %+v, %v", r, err)
	}
	later := notices()[:2]
	for i := range later {
		later[i].NotifiedAt = clock(20, 9, 0)
	}
	later[1].Host = "10.1.2.5"
	if r, err := feedback.Record(lake, week, "", later, clock(20, 9, 0)); err != nil || !r.IsNew {
		t.Errorf("a further address: %+v, %v", r, err)
	}
	sent, err := feedback.Sent(lake)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, n := range sent {
		got[n.Host] = n.NotifiedAt.In(shanghai).Format("01-02")
	}
	want := map[string]string{"10.1.2.3": "11-16", "10.1.2.4": "11-16", "2001:db8::7": "11-16", "10.1.2.5": "11-20"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("first notices (-want +got):\n%s", diff)
	}
}

func TestFormIsTheSameAgainAndProtected(t *testing.T) {
	forms := written(t, "=1+1公司", "某某学院", "=1+1公司")
	if !bytes.Equal(forms[0], forms[2]) || !bytes.Equal(forms[0], written(t, "=1+1公司")[0]) {
		t.Fatal("the same form gave other bytes")
	}
	book, err := excelize.OpenReader(bytes.NewReader(forms[0]))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if value, _ := book.GetCellValue("反馈表", "B5"); value != "'=1+1公司" {
		t.Errorf("unit %q", value)
	}
	protection, err := book.GetSheetProtection("反馈表")
	if err != nil || !protection.EditObjects && !protection.SelectLockedCells {
		t.Errorf("protection %+v, %v", protection, err)
	}
	no := feedback.NoticeNo(week, "=1+1公司")
	if said, err := book.GetCellValue("反馈表", "A2"); err != nil || said != "通报 "+no+"，通报时间 2026-11-16 09:00。请于 2026-11-18 09:00 前锁定设备和责任人，于 2026-11-19 09:00 前报送本表。报送至：____________________。联系人：____________________。" {
		t.Errorf("above the columns stands %q, %v", said, err)
	}
	if props, err := book.GetDocProps(); err != nil || props.Title != "挖矿核查反馈表 "+no {
		t.Errorf("title %+v, %v", props, err)
	}
	rules, err := book.GetDataValidations("反馈表")
	if err != nil || len(rules) != 4 || rules[0].Sqref != fmt.Sprintf("J5:J%d", 4+len(form("=1+1公司").Rows)) {
		t.Errorf("%d rules for what is filled in, want 4 for each row: %+v, %v", len(rules), rules[0], err)
	}
	for cell, locked := range map[string]bool{"A5": true, "C5": true, "I5": true, "J5": false, "AA5": false} {
		id, err := book.GetCellStyle("反馈表", cell)
		if err != nil {
			t.Fatal(err)
		}
		style, err := book.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		if open := style.Protection != nil && !style.Protection.Locked; open == locked {
			t.Errorf("cell %s: open %v, want %v", cell, open, !locked)
		}
	}
}

// TestRevisionsOfANotice: what is written under a number again is the next revision if it
// says something else, also what was said before the last time; a region's report is
// about the addresses of its region alone.
func TestRevisionsOfANotice(t *testing.T) {
	lake := t.TempDir()
	no := feedback.NoticeNo(week, "某某学院")
	hour := 0
	write := func(region string, said ...string) feedback.Recorded {
		t.Helper()
		var list []feedback.Notice
		for _, s := range said {
			part := strings.Split(s, " ") // address, what is said of it, city
			list = append(list, feedback.Notice{No: no, Week: week, Unit: "某某学院", City: part[2], County: "c", Host: part[0], Grade: "A", Content: part[1], NotifiedAt: clock(16, 9, 0)})
		}
		hour++
		r, err := feedback.Record(lake, week, region, list, clock(16, hour, 0))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for i, c := range []struct {
		region   string
		said     []string
		revision int
		revised  bool
	}{
		{"宁波市", []string{"10.1.0.1 seven 宁波市"}, 1, false},
		{"湖州市", []string{"10.1.0.2 seven 湖州市"}, 1, false},
		{"", []string{"10.1.0.1 seven 宁波市", "10.1.0.2 seven 湖州市"}, 1, false},
		{"", []string{"10.1.0.1 four 宁波市", "10.1.0.2 seven 湖州市"}, 2, true},
		{"湖州市/c", []string{"10.1.0.2 seven 湖州市"}, 2, false},
		{"", []string{"10.1.0.1 four 宁波市", "10.1.0.2 seven 湖州市"}, 2, false},
		{"", []string{"10.1.0.1 four 宁波市"}, 3, true},
		{"", []string{"10.1.0.1 four 宁波市"}, 3, false},
		{"", []string{"10.1.0.1 seven 宁波市"}, 4, true},
		{"宁波市", []string{"10.1.0.1 seven 宁波市", "10.1.0.3 seven 宁波市"}, 5, true},
	} {
		r := write(c.region, c.said...)
		if r.Revisions[no] != c.revision || len(r.Revised) == 1 != c.revised {
			t.Errorf("%d: %s %v: %+v, want revision %d, revised %t", i, c.region, c.said, r, c.revision, c.revised)
		}
	}
	if r, err := feedback.Record(lake, week, "", nil, clock(17, 9, 0)); err != nil || len(r.Revisions) > 0 {
		t.Errorf("no notice at all: %+v, %v", r, err)
	}
}

// Who answers a reminder may have found the device for the notice before; before anything
// was told of the address nobody can.
func TestADeviceMayBeFoundForAnEarlierNotice(t *testing.T) {
	lake := lakeWithNotices(t)
	const next, school = "2026-W47", "某某学院"
	again := notices()
	for i := range again {
		again[i].Week, again[i].No = next, feedback.NoticeNo(next, again[i].Unit)
		again[i].FirstSeen, again[i].LastSeen = clock(20, 8, 0), clock(20, 9, 0)
	}
	if _, err := feedback.Record(lake, next, "", again, clock(23, 9, 0)); err != nil {
		t.Fatal(err)
	}
	for located, want := range map[string]string{"2026-11-17 12:00": "", "2026-11-01 12:00": "is before the address was first seen, at 2026-11-09"} {
		data := fmt.Appendf(nil, "notice_no,unit,host,class,located_at,finished_at\n%s,%s,10.1.2.3,active,%s,2026-11-18 08:00\n", feedback.NoticeNo(next, school), school, located)
		result, err := feedback.Import(lake, feedback.Input{File: "again.csv", Data: data}, options(clock(24, 8, 0)))
		if text := fmt.Sprint(err, result.Rejects); (err == nil) != (want == "") || !strings.Contains(text, want) {
			t.Errorf("located at %s: %s, want %q", located, text, want)
		}
	}
}
