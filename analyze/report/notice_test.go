package report_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze/feedback"
	"minewatch/analyze/report"
)

// issuedWeek is the sample week with notices.
func issuedWeek() *report.Week {
	week := sampleWeek()
	week.Issue = &report.Issue{NotifiedAt: at(16, 9, 0), LocateBy: at(18, 9, 0), ReportBy: at(19, 9, 0)}
	return week
}

// issued writes a week and gives the folder.
func issued(t *testing.T, week *report.Week, lang report.Lang, out string) (*report.Writer, string) {
	t.Helper()
	writer, err := report.NewWriter(lang, week.Zone)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(out, report.FolderName(week, lang))
	if _, err := writer.Folder(folder, week); err != nil {
		t.Fatal(err)
	}
	return writer, folder
}

func readText(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// unitsIn are the units with a notice in a folder.
func unitsIn(t *testing.T, folder string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "units", "*", "notice.html"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range paths {
		names = append(names, filepath.Base(filepath.Dir(path)))
	}
	return names
}

// Who is excluded by now is not told, and the notice says how many are left out; the
// report still lists them, marked.
func TestNoticesLeaveOutWhoIsExcluded(t *testing.T) {
	const college = "某某职业技术学院"
	for lang, words := range map[report.Lang][]string{
		report.Chinese: {"另有你单位 1 个 IP 地址同期存在此类通信，因已登记排除，不在本通报之列。", "你单位以下 1 个 IP 地址（疑似程度高 1 个、中 0 个）", "已登记排除（自 2026-11-14）", "其中 1 个 IP 已登记排除（最早自 2026-11-14）"},
		report.English: {"One more address of yours met such pools and is left out here, as registered exclusions.", "this address of yours (suspicion high: 1, medium: 0)", "excluded since 2026-11-14", "1 of them excluded, the first since 2026-11-14"},
	} {
		_, folder := issued(t, issuedWeek(), lang, t.TempDir())
		notice := readText(t, folder, "units", college, "notice.html")
		if strings.Contains(notice, "10.21.8.200") || !strings.Contains(notice, "10.21.8.14") || !strings.Contains(notice, words[0]) || !strings.Contains(notice, words[1]) {
			t.Errorf("%s: the notice to the college does not leave out who is excluded, or does not say so:\n%s", lang, notice)
		}
		page := readText(t, folder, "report.html")
		for _, want := range append(words[2:], "10.21.8.200") {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page lacks %q", lang, want)
			}
		}
		if n := len(unitsIn(t, folder)); n != 3 {
			t.Errorf("%s: %d notices, want 3", lang, n)
		}
	}
	notices, err := issuedWeek().Notices()
	if err != nil || len(notices) != 3 || slices.ContainsFunc(notices, func(n feedback.Notice) bool { return n.Host == "10.21.8.200" }) {
		t.Errorf("recorded are %+v; %v", notices, err)
	}
}

func TestAUnitWithNobodyLeftGetsNoNotice(t *testing.T) {
	out := t.TempDir()
	_, folder := issued(t, issuedWeek(), report.Chinese, out)
	week := issuedWeek()
	for i := range week.Suspects {
		week.Suspects[i].ExcludedNow = week.Suspects[i].Unit == "某某职业技术学院"
	}
	week.Units[0].Excluded, week.Units[0].ExcludedSince = 2, ""
	writer, _ := issued(t, week, report.Chinese, out)
	removed, err := writer.RemoveStale(folder)
	if diff := cmp.Diff([]string{filepath.Join(folder, "units", "某某职业技术学院")}, removed); diff != "" || err != nil {
		t.Errorf("removed (-want +got):\n%s\n%v", diff, err)
	}
	if text := readText(t, folder, "report.html"); !strings.Contains(text, ">已登记排除</small>") {
		t.Error("the unit is not marked in the list of units")
	}
	if units := unitsIn(t, folder); len(units) != 2 {
		t.Errorf("notices are %q", units)
	}
}

// A report in another language sees the notices of the first that are stale: of a unit
// that is not told any more, and of one that is told otherwise.
func TestNoticesInAnotherLanguageAreCleaned(t *testing.T) {
	out := t.TempDir()
	_, chinese := issued(t, issuedWeek(), report.Chinese, out)
	all := unitsIn(t, chinese)

	writer, english := issued(t, issuedWeek(), report.English, out)
	if removed, err := writer.RemoveStaleTranslations(chinese); len(removed) > 0 || err != nil {
		t.Errorf("the same notices in another language are removed: %q, %v", removed, err)
	}
	week := issuedWeek()
	week.Suspects[0].ExcludedNow, week.Suspects[1].ExcludedNow = false, false // of the college: both are told now
	week.Suspects[2].ExcludedNow = true                                       // the only one of its unit
	writer, _ = issued(t, week, report.English, out)
	if removed, err := writer.RemoveStale(english); len(removed) != 1 || err != nil {
		t.Errorf("removed of the same language: %q, %v", removed, err)
	}
	removed, err := writer.RemoveStaleTranslations(chinese)
	want := []string{filepath.Join(chinese, "units", "吴兴区某事业单位"), filepath.Join(chinese, "units", "某某职业技术学院")}
	if diff := cmp.Diff(want, removed); diff != "" || err != nil {
		t.Errorf("removed of another language (-want +got):\n%s\n%v", diff, err)
	}
	if left := unitsIn(t, chinese); len(left) != 1 || len(all) != 3 {
		t.Errorf("of %q are left %q", all, left)
	}

	// A notice without its form, or with one of an older program, tells nobody knows what.
	if err := os.WriteFile(filepath.Join(chinese, "units", unitsIn(t, chinese)[0], "form.xlsx"), []byte("older"), 0o600); err != nil {
		t.Fatal(err)
	}
	if removed, err := writer.RemoveStaleTranslations(chinese); len(removed) != 1 || err != nil {
		t.Errorf("removed with another form: %q, %v", removed, err)
	}
	draft := sampleWeek()
	writer, _ = issued(t, draft, report.English, t.TempDir())
	if removed, err := writer.RemoveStaleTranslations(english); len(removed) > 0 || err != nil {
		t.Errorf("a draft removes %q, %v", removed, err)
	}
}
