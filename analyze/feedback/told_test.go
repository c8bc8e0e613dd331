package feedback_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze/feedback"
)

// warnings are what the import of a form says of its grey cells.
func warnings(t *testing.T, lake, file string, data []byte) []string {
	t.Helper()
	result, err := feedback.Import(lake, feedback.Input{File: file, Data: data}, options(clock(18, 12, 0)))
	if err != nil || result.Kept != 1 || len(result.Rejects) > 0 {
		t.Fatalf("%s, %v: the row was not taken", result.String(), err)
	}
	return result.Remarks
}

// A grey cell that was changed is told with what was sent and what it says now; the row
// is taken all the same.
func TestChangedGreyCellsAreTold(t *testing.T) {
	for _, c := range []struct {
		cell  string
		value any
		want  string
	}{
		{"D5", "疑似挖矿（中）", "sheet 反馈表, cell D5: grade of 10.1.2.3 was sent as 疑似挖矿（高） / suspected mining (high), and says 疑似挖矿（中） now"},
		{"E5", time.Date(2026, 11, 10, 8, 0, 0, 0, time.UTC), "sheet 反馈表, cell E5: first_seen of 10.1.2.3 was sent as 2026-11-09 08:00:00, and says 2026-11-10 08:00:00 now"},
		{"F5", "2026-11-15 20:01", "sheet 反馈表, cell F5: last_seen of 10.1.2.3 was sent as 2026-11-15 20:00:00, and says 2026-11-15 20:01 now"},
		{"F5", "2026-11-15 12:00:00", "sheet 反馈表, cell F5: last_seen of 10.1.2.3 was sent as 2026-11-15 20:00:00, and says 2026-11-15 12:00:00 now"},
		{"F5", "unclear", "sheet 反馈表, cell F5: last_seen of 10.1.2.3 was sent as 2026-11-15 20:00:00, and says unclear now"},
		{"G5", "198.51.100.7:3334, [2001:db8::9]:443", "sheet 反馈表, cell G5: endpoints of 10.1.2.3 was sent as 198.51.100.7:3333, [2001:db8::9]:443, and says 198.51.100.7:3334, [2001:db8::9]:443 now"},
		{"H5", "", "sheet 反馈表, cell H5: local_ports of 10.1.2.3 was sent as 51000, and says nothing now"},
		{"I5", "2026-W44-408238e4", "sheet 反馈表, cell I5: told_before of 10.1.2.3 was sent as 2026-W45-408238e4, and says 2026-W44-408238e4 now"},
	} {
		got := warnings(t, lakeWithNotices(t), "form.xlsx", filled(t, map[string]any{classCell + "5": "误报", c.cell: c.value}))
		want := []string{"warning: " + c.want + ": the row is taken, by its number, unit and address"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s = %v (-want +got):\n%s", c.cell, c.value, diff)
		}
	}
}

// Of many changed cells the first are told one by one.
func TestManyChangedGreyCells(t *testing.T) {
	cells := map[string]any{classCell + "5": "误报", classCell + "6": "误报"}
	for _, row := range []string{"5", "6"} {
		for _, column := range []string{"D", "E", "F", "G", "H", "I"} {
			cells[column+row] = "2026-11-01"
		}
	}
	result, err := feedback.Import(lakeWithNotices(t), feedback.Input{File: "form.xlsx", Data: filled(t, cells)}, options(clock(18, 12, 0)))
	if n := len(result.Remarks); err != nil || result.Kept != 2 || n != 11 || result.Remarks[n-1] != "warning: and 2 more grey cells that say something else than what was sent" {
		t.Errorf("%s, %v: %q", result.String(), err, result.Remarks)
	}
}

// What a spreadsheet makes of a form when it saves it is no change, and neither are the
// letters that forms had for a grade.
func TestAFormThatWasSavedAgainIsNotChanged(t *testing.T) {
	no := feedback.NoticeNo(week, "某某学院")
	csv := func(rest string) []byte {
		return []byte("通报编号,单位,IP 地址,等级,首次发现,末次发现,矿池端点,本地端口（样本）,此前通报,核查结论\n" + no + ",某某学院,10.1.2.3," + rest + ",误报\n")
	}
	sent := `"198.51.100.7:3333, [2001:db8::9]:443",51000,2026-W45-408238e4`
	for name, data := range map[string][]byte{
		"as sent.xlsx":    filled(t, map[string]any{classCell + "5": "误报"}),
		"numbers.xlsx":    filled(t, map[string]any{classCell + "5": "误报", "E5": 46335.33333333, "F5": 46341.8333333334, "H5": 51000}),
		"dates.xlsx":      filled(t, map[string]any{classCell + "5": "误报", "E5": time.Date(2026, 11, 9, 8, 0, 0, 0, time.UTC), "F5": "2026/11/15 20:00"}),
		"trimmed.xlsx":    filled(t, map[string]any{classCell + "5": "误报", "D5": " 疑似挖矿（高） ", "G5": "198.51.100.7:3333,[2001:db8::9]:443", "H5": " 51000"}),
		"older.xlsx":      filled(t, map[string]any{classCell + "5": "误报", "D5": "A"}),
		"csv.csv":         csv("疑似挖矿（高）,2026-11-09 08:00:00,2026-11-15 20:00:00," + sent),
		"zone.csv":        csv("suspected mining (high),2026-11-09T08:00:00+08:00,2026-11-15T12:00:00Z," + sent),
		"no columns.csv":  csvAnswer("某某学院", "10.1.2.3", feedback.FalseAlarm, "removed"),
		"line breaks.csv": csv(`疑似挖矿（高）,2026年11月9日 08:00,2026/11/15 20:00,"[2001:db8::9]:443；198.51.100.7:3333",51000,2026-W45-408238e4`),
	} {
		if got := warnings(t, lakeWithNotices(t), name, data); len(got) > 0 {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// A form of an earlier revision was sent so; a change is told against the revision that
// it is most like.
func TestGreyCellsOfAnEarlierRevision(t *testing.T) {
	lake := lakeWithNotices(t)
	list := notices()
	for i := range list {
		list[i].Content, list[i].LastSeen, list[i].LocalPorts = "second", clock(15, 23, 30), "51000, 52000"
	}
	if r, err := feedback.Record(lake, week, "", list, clock(17, 9, 0)); err != nil || len(r.Revised) != 2 {
		t.Fatal(r, err)
	}
	first := map[string]any{classCell + "5": "误报"}
	if got := warnings(t, lake, "first.xlsx", filled(t, first)); len(got) > 0 {
		t.Errorf("the form of the first revision: %q", got)
	}
	second := map[string]any{classCell + "5": "误报", "F5": "2026-11-15 23:30:00", "H5": "51000, 52000", "G5": "somewhere"}
	want := "cell G5: endpoints of 10.1.2.3 was sent as 198.51.100.7:3333, [2001:db8::9]:443, and says somewhere now"
	if got := warnings(t, lake, "second.xlsx", filled(t, second)); len(got) != 1 || !strings.Contains(got[0], want) {
		t.Errorf("the form of the second revision: %q", got)
	}
}

// Where a revision was written by a program that did not keep what its form told, nothing
// can be compared: the form may be that one.
func TestGreyCellsOfAnOlderProgramAreNotCompared(t *testing.T) {
	lake := lakeWithNotices(t)
	manifests, err := filepath.Glob(filepath.Join(lake, "notices", "*", "manifest.json"))
	if err != nil || len(manifests) != 1 {
		t.Fatal(manifests, err)
	}
	text, err := os.ReadFile(manifests[0])
	if err != nil {
		t.Fatal(err)
	}
	var manifest map[string]any
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	tables := manifest["tables"].(map[string]any)
	if tables["told.csv"] == nil {
		t.Fatalf("tables are %v", tables)
	}
	delete(tables, "told.csv")
	if text, err = json.Marshal(manifest); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(manifests[0], text, 0o600); err != nil {
		t.Fatal(err)
	}
	list := notices()
	for i := range list {
		list[i].Content = "second"
	}
	if _, err := feedback.Record(lake, week, "", list, clock(17, 9, 0)); err != nil {
		t.Fatal(err)
	}
	if got := warnings(t, lake, "form.xlsx", filled(t, map[string]any{classCell + "5": "误报", "F5": "2026-11-12 10:00"})); len(got) > 0 {
		t.Errorf("compared with what is not known: %q", got)
	}
}

// What stood before a moment is told by the forms that came before it, also where an
// answer has taken their place since.
func TestWhatStoodBefore(t *testing.T) {
	lake := lakeWithNotices(t)
	for _, a := range []struct {
		class feedback.Class
		at    time.Time
		by    string
	}{
		{feedback.Active, clock(24, 9, 0), ""},
		{feedback.FalseAlarm, clock(18, 12, 0), "王主任"},
		{feedback.Passive, clock(20, 12, 0), ""},
	} {
		o := options(a.at)
		o.Approver = a.by
		if _, err := feedback.Import(lake, feedback.Input{File: string(a.class) + ".csv", Data: csvAnswer("某某学院", "10.1.2.3", a.class, "")}, o); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		at              time.Time
		class, approved feedback.Class
	}{
		{clock(18, 12, 0), "", ""},
		{clock(19, 9, 0), feedback.FalseAlarm, feedback.FalseAlarm},
		{clock(23, 9, 0), feedback.Passive, feedback.FalseAlarm},
		{clock(25, 9, 0), feedback.Active, feedback.FalseAlarm},
	} {
		rows, err := feedback.StandingBefore(lake, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if c.class == "" && len(rows) == 0 {
			continue
		}
		if len(rows) != 1 || rows[0].Class != c.class || rows[0].Approved.Class != c.approved || !rows[0].FirstReceivedAt.Equal(clock(18, 12, 0)) {
			t.Errorf("before %v stood %+v, want %q, approved %q", c.at, rows, c.class, c.approved)
		}
	}
}
