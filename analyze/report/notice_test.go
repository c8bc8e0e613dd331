package report_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

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
		report.Chinese: {"另有你单位 1 个 IP 地址同期存在此类通信，因已登记排除，不在本通报之列。", "你单位以下 1 个 IP 地址（疑似程度高 1 个）", "已登记排除（自 2026-11-14）", "其中 1 个 IP 已登记排除（最早自 2026-11-14）"},
		report.English: {"One more address of yours met such pools and is left out here: a registered exclusion covers it.", "this address of yours (suspicion high: 1)", "excluded since 2026-11-14", "1 of them excluded, the first since 2026-11-14"},
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

// cellsOf are the texts of a row of the form of a unit.
func cellsOf(t *testing.T, row int, path ...string) []string {
	t.Helper()
	book, err := excelize.OpenFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil || len(rows) < row {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	return rows[row-1]
}

// A notice says of each address what was told before and whether its deadline stands, and
// the form by which notice; both say the grade in the same words.
func TestNoticeSaysWhatWasToldBefore(t *testing.T) {
	const college = "某某职业技术学院"
	told := feedback.Before{NoticeNo: "2026-W44-5e1f2a3b", NotifiedAt: at(2, 9, 0), Times: 1}
	silent, asked, recurred, measured, waiting := told, told, told, told, told
	waiting.Class, waiting.FoundAt, waiting.Waiting = feedback.FalseAlarm, at(3, 9, 0), true
	silent.StandsBy = at(5, 9, 0)
	asked.Times, asked.Class, asked.FoundAt, asked.StandsBy = 2, feedback.NotFound, at(3, 9, 0), at(5, 9, 0)
	recurred.Class, recurred.FoundAt, recurred.Recurred, recurred.MeasuredDay = feedback.Active, at(3, 9, 0), true, "2026-11-03"
	measured.Class, measured.FoundAt, measured.MeasuredDay = feedback.Passive, at(16, 8, 0), "2026-11-15"
	for _, c := range []struct {
		before   *feedback.Before
		says     map[report.Lang]string
		reminder bool
	}{
		{nil, map[report.Lang]string{}, false},
		{&silent, map[report.Lang]string{
			report.Chinese: "此前通报：2026-W44-5e1f2a3b（2026-11-02）。未收到核查结论，原报送期限 2026-11-05 09:00 不变。",
			report.English: "Told before by notice 2026-W44-5e1f2a3b of 2026-11-02. No finding came back: the earlier deadline of 2026-11-05 09:00 stands.",
		}, true},
		{&asked, map[report.Lang]string{
			report.Chinese: "此前已通报 2 次，最近一次为 2026-W44-5e1f2a3b（2026-11-02）。反馈结论：未查实（2026-11-03 收到）。此后再次通报，未收到答复，原报送期限 2026-11-05 09:00 不变。",
			report.English: "Told before 2 times, last by notice 2026-W44-5e1f2a3b of 2026-11-02. The finding that came back: not found (received 2026-11-03). Told again since then, no answer came back: the earlier deadline of 2026-11-05 09:00 stands.",
		}, true},
		{&waiting, map[report.Lang]string{
			report.Chinese: "此前通报：2026-W44-5e1f2a3b（2026-11-02）。反馈结论：误报（2026-11-03 收到），尚待审批；审批之前，该地址无需再报送。",
			report.English: "Told before by notice 2026-W44-5e1f2a3b of 2026-11-02. The finding that came back: false alarm (received 2026-11-03). It waits for approval: nothing is to be returned for this address meanwhile.",
		}, false},
		{&recurred, map[report.Lang]string{
			report.Chinese: "此前通报：2026-W44-5e1f2a3b（2026-11-02）。反馈结论：主动挖矿（2026-11-03 收到）。整改后复发：整改于 2026-11-03 完成，此后再次发现。",
			report.English: "Told before by notice 2026-W44-5e1f2a3b of 2026-11-02. The finding that came back: active (received 2026-11-03). Seen again after the measure, which was done on 2026-11-03.",
		}, false},
		{&measured, map[report.Lang]string{
			report.Chinese: "此前通报：2026-W44-5e1f2a3b（2026-11-02）。反馈结论：被动挖矿（2026-11-16 收到）。整改于 2026-11-15 完成，本次所见不晚于当日。",
			report.English: "Told before by notice 2026-W44-5e1f2a3b of 2026-11-02. The finding that came back: passive (received 2026-11-16). The measure was done on 2026-11-15; what is told here is not from after that day.",
		}, false},
	} {
		for lang, reminds := range map[report.Lang]string{report.Chinese: "该 IP 地址此前已通报而未收到核查结论，原期限不变，本次通报不另给期限。", report.English: "The address was told before, with no finding returned: the earlier deadlines stand"} {
			week := issuedWeek()
			if c.before != nil {
				week.Before = map[string]*feedback.Before{"10.21.8.14": c.before}
			}
			_, folder := issued(t, week, lang, t.TempDir())
			notice := readText(t, folder, "units", college, "notice.html")
			if said, want := c.says[lang], `<p class="before">`+c.says[lang]+`</p>`; said != "" && !strings.Contains(notice, want) || said == "" && strings.Contains(notice, `class="before"`) {
				t.Errorf("%s: the notice does not say %q:\n%s", lang, said, notice)
			}
			if strings.Contains(notice, reminds) != c.reminder {
				t.Errorf("%s: says of the deadline %t, want %t:\n%s", lang, !c.reminder, c.reminder, notice)
			}
			cells := cellsOf(t, 5, folder, "units", college, "form.xlsx")
			before := ""
			if len(cells) > 8 {
				before = cells[8]
			}
			if before != c.before.No() || cells[2] != "10.21.8.14" || !strings.Contains(notice, `<td class="first">`+cells[3]+`</td>`) {
				t.Errorf("%s: the form says %q; the notice has its words for the grade: %t", lang, cells, strings.Contains(notice, cells[3]))
			}
		}
	}
}

// A reminder gives no new time: where all addresses are, notice and form name none; where some
// are, they say for which their own is not.
func TestReminderGivesNoNewTime(t *testing.T) {
	const college = "某某职业技术学院"
	silent := &feedback.Before{NoticeNo: "2026-W44-5e1f2a3b", NotifiedAt: at(2, 9, 0), Times: 1, StandsBy: at(5, 9, 0)}
	for _, c := range []struct {
		lang  report.Lang
		hosts []string // that were told before
		times bool     // the notice gives its own
		says  []string
		form  string
	}{
		{report.Chinese, nil, true, []string{"锁定设备和责任人。</li>", "（form.xlsx）。</li>"}, "于 2026-11-19 09:00 前报送本表。报送至"},
		{report.Chinese, []string{"10.21.8.14"}, true, []string{"此期限不适用于此前已通报而未收到核查结论的 1 个 IP 地址，其原期限不变。", "其中 1 个 IP 地址此前已通报而未收到核查结论，不因本次通报顺延"}, "此期限不适用于此前已通报而未收到核查结论的 1 个 IP 地址，其原期限不变，见通报所注。"},
		{report.Chinese, []string{"10.21.8.14", "10.21.8.200"}, false, []string{"以上 IP 地址此前均已通报而未收到核查结论，原期限不变，本次通报不另给期限。", "仍以表中所注的原报送期限为准。"}, "本次通报不另给期限。请锁定设备和责任人，并报送本表，原报送期限 2026-11-05 09:00 不变。"},
		{report.English, nil, true, []string{"(48 hours after the notice).</li>", "(72 hours after the notice).</li>"}, "return this form by 2026-11-19 09:00. Return it to"},
		{report.English, []string{"10.21.8.14"}, true, []string{"This is not for the address that was told before, with no finding returned: its earlier deadlines stand.", "One of the addresses was told before"}, "This is not for the address that was told before, with no finding returned: its earlier deadlines stand, as the notice says."},
		{report.English, []string{"10.21.8.14", "10.21.8.200"}, false, []string{"All of the addresses were told before, with no finding returned: the earlier deadlines stand, and this notice gives no new ones.", "by the earlier deadline beside each address."}, "this notice gives no new time. Find device and person, and return this form: the earlier deadline of 2026-11-05 09:00 stands."},
	} {
		week := issuedWeek()
		week.Suspects[0].ExcludedNow, week.Suspects[1].ExcludedNow = false, false
		week.Before = map[string]*feedback.Before{}
		for _, host := range c.hosts {
			week.Before[host] = silent
		}
		_, folder := issued(t, week, c.lang, t.TempDir())
		notice, form := readText(t, folder, "units", college, "notice.html"), cellsOf(t, 2, folder, "units", college, "form.xlsx")[0]
		if !strings.Contains(form, c.form) {
			t.Errorf("%s, told before %q: the form does not say %q: %s", c.lang, c.hosts, c.form, form)
		}
		for _, by := range []string{"2026-11-18 09:00", "2026-11-19 09:00"} {
			if strings.Contains(notice, by) != c.times || strings.Contains(form, by) != c.times {
				t.Errorf("%s, told before %q: has the time %s: %t, want %t", c.lang, c.hosts, by, !c.times, c.times)
			}
		}
		for _, said := range c.says {
			if !strings.Contains(notice, said) {
				t.Errorf("%s, told before %q: does not say %q:\n%s", c.lang, c.hosts, said, notice)
			}
		}
	}
}

// What was told before is part of what a notice tells: another is another revision, and
// stale in another language; who was never told has the hash that he always had.
func TestWhatWasToldBeforeIsPartOfTheNotice(t *testing.T) {
	contents := func(before *feedback.Before) map[string]string {
		week := issuedWeek()
		if before != nil {
			week.Before = map[string]*feedback.Before{"10.21.8.14": before}
		}
		list, err := week.Notices()
		if err != nil {
			t.Fatal(err)
		}
		of := map[string]string{}
		for _, n := range list {
			of[n.Host] = n.Content
		}
		return of
	}
	never, once := contents(nil), contents(&feedback.Before{NoticeNo: "2026-W44-5e1f2a3b", NotifiedAt: at(2, 9, 0), Times: 1, StandsBy: at(5, 9, 0)})
	answered := contents(&feedback.Before{NoticeNo: "2026-W44-5e1f2a3b", NotifiedAt: at(2, 9, 0), Times: 1, Class: feedback.Active, FoundAt: at(3, 9, 0)})
	if a, b, c := never["10.21.8.14"], once["10.21.8.14"], answered["10.21.8.14"]; a == b || b == c || a == c {
		t.Errorf("hashes %s, %s, %s", a, b, c)
	}
	delete(never, "10.21.8.14")
	delete(once, "10.21.8.14")
	if diff := cmp.Diff(never, once); diff != "" {
		t.Errorf("other addresses (-never +once):\n%s", diff)
	}

	out := t.TempDir()
	_, chinese := issued(t, issuedWeek(), report.Chinese, out)
	week := issuedWeek()
	week.Before = map[string]*feedback.Before{"10.21.8.14": {NoticeNo: "2026-W44-5e1f2a3b", NotifiedAt: at(2, 9, 0), Times: 1}}
	writer, _ := issued(t, week, report.English, out)
	if removed, err := writer.RemoveStaleTranslations(chinese); err != nil || len(removed) != 1 || filepath.Base(removed[0]) != "某某职业技术学院" {
		t.Errorf("removed %q, %v", removed, err)
	}
}

// Notice and form name whom to ask and where the form goes; where nothing is configured
// there is a line to write on, and nothing is made up.
func TestNoticeNamesWhomToAsk(t *testing.T) {
	const college = "某某职业技术学院"
	for lang, want := range map[report.Lang][4]string{
		report.Chinese: {"反馈表报送至：", "联系人及电话：", "报送至：%s。", "联系人：%s。"},
		report.English: {"Return the form to: ", "Contact and phone: ", "Return it to: %s.", "Contact: %s."},
	} {
		for _, set := range []bool{true, false} {
			week := issuedWeek()
			to, contact, inForm := `<span class="blank"></span>`, `<span class="blank"></span>`, [2]string{"____________________", "____________________"}
			if set {
				week.ReturnTo, week.Contact = "省网信办 A&B 室", "王主任 0571-0000000"
				to, contact, inForm = "省网信办 A&amp;B 室", "王主任 0571-0000000", [2]string{week.ReturnTo, week.Contact}
			}
			_, folder := issued(t, week, lang, t.TempDir())
			notice, top := readText(t, folder, "units", college, "notice.html"), cellsOf(t, 2, folder, "units", college, "form.xlsx")[0]
			for _, said := range []string{want[0] + to, want[1] + contact} {
				if !strings.Contains(notice, said) {
					t.Errorf("%s: the notice lacks %q", lang, said)
				}
			}
			for i, said := range want[2:] {
				if said = strings.Replace(said, "%s", inForm[i], 1); !strings.Contains(top, said) {
					t.Errorf("%s: the form lacks %q: %s", lang, said, top)
				}
			}
		}
	}
}
