package report_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze/report"
)

var update = flag.Bool("update", false, "write the golden files anew; then read the difference")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run the test with -update to write it)", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

func page(t *testing.T, week *report.Week, lang report.Lang) string {
	t.Helper()
	var out bytes.Buffer
	if err := report.HTML(&out, week, lang); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// withoutAssets leaves out the style and the script, whose changes a golden
// file need not show twice.
func withoutAssets(page string) string {
	page = regexp.MustCompile(`(?s)<style>.*?</style>`).ReplaceAllString(page, "<style></style>")
	return regexp.MustCompile(`(?s)<script>// Tables.*?</script>`).ReplaceAllString(page, "<script></script>")
}

func TestHTMLGolden(t *testing.T) {
	for _, lang := range []report.Lang{report.Chinese, report.English} {
		t.Run(string(lang), func(t *testing.T) {
			golden(t, "week-"+string(lang)+".html", []byte(withoutAssets(page(t, sampleWeek(), lang))))
		})
	}
}

func TestHTMLIsTheSameBytesTwice(t *testing.T) {
	first, second := page(t, sampleWeek(), report.Chinese), page(t, sampleWeek(), report.Chinese)
	if first != second {
		t.Error("two renderings of one week differ")
	}
}

func TestHTMLNeedsNothingBesideIt(t *testing.T) {
	text := page(t, sampleWeek(), report.English)
	for _, m := range regexp.MustCompile(`(?i)(?:src|href|action)\s*=\s*"([^"]*)"|url\(([^)]*)\)|@import`).FindAllStringSubmatch(text, -1) {
		if !strings.HasPrefix(m[1], "#") {
			t.Errorf("the page refers to %q", m[0])
		}
	}
}

func TestHTMLEscapesForeignText(t *testing.T) {
	week := sampleWeek()
	hostile := `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	week.Region, week.Suspects[0].Unit, week.Suspects[0].Details[0].Pool = hostile, hostile, hostile
	week.Units[0].Contact, week.FeedVersions[0], week.Pools[0].Pool, week.Places[0].City = hostile, hostile, hostile, hostile
	text := page(t, week, report.Chinese)
	if n := strings.Count(text, "<script"); n != 1 {
		t.Errorf("%d script elements, want only our own", n)
	}
	if strings.Contains(text, "<img") {
		t.Error("foreign text became an element")
	}
}

func TestHTMLNeverSaysConfirmed(t *testing.T) {
	for _, lang := range []report.Lang{report.Chinese, report.English} {
		text := strings.ToLower(page(t, sampleWeek(), lang))
		for _, word := range []string{"confirmed", "确认", "确诊", "证实"} {
			if strings.Contains(text, word) {
				t.Errorf("the %s page says %q", lang, word)
			}
		}
	}
}

func TestHTMLSaysWhatIsMissing(t *testing.T) {
	empty := func(change func(*report.Week)) *report.Week {
		week := sampleWeek()
		week.Suspects, week.Clues, week.Excluded, week.Units, week.Pools = nil, nil, nil, nil, nil
		week.SuspectsExcluded = 0
		week.Cities, week.Counties, week.Sectors, week.Coins = nil, nil, nil, nil
		week.Total, week.Last = report.Total{}, nil
		change(week)
		return week
	}
	cases := map[string]struct {
		week *report.Week
		want []string
	}{
		"no nights": {
			empty(func(w *report.Week) {
				for i := range w.Days {
					w.Days[i] = report.Day{Day: w.Days[i].Day}
				}
				w.FeedVersions, w.LedgerVersions = nil, nil
			}),
			[]string{"No nightly analysis was completed", "There is no nightly result for this week to list from", "not analysed"},
		},
		"no suspects": {
			empty(func(*report.Week) {}),
			[]string{"whether it is clear cannot be said", "Days with whole data: 1 of 7", "No IP address has grade", "No clues", "No address was excluded", "nightly result for the week before"},
		},
		"no suspects and whole data": {
			empty(func(w *report.Week) { w.Coverage.Nights, w.Coverage.NightsCovered = 7, 7 }),
			[]string{"not found is relative to the pools", "may be taken as cleared", "Behind sampling exporters"},
		},
		"no receipts": {
			empty(func(w *report.Week) {
				w.Coverage = report.Coverage{Nights: 7, Flows: 60, Unaccounted: 60}
				for i := range w.Exporters {
					w.Exporters[i].Coverage = report.Coverage{Flows: 20, Unaccounted: 20}
				}
			}),
			[]string{"unknown: none of the 60 flow records is in a receipt", "20 flow records in no receipt"},
		},
		"no ledger": {
			empty(func(w *report.Week) { w.LedgerVersions = nil }),
			[]string{"No address ledger has been imported"},
		},
		"suspects without a ledger": {
			func() *report.Week {
				w := sampleWeek()
				w.LedgerVersions, w.Total.Units, w.Total.Cities = nil, 0, 0
				return w
			}(),
			[]string{"of which units and regions is not known without a ledger", `class="value">unknown<`},
		},
		"a city": {
			func() *report.Week { w := sampleWeek(); w.Region = "宁波市"; return w }(),
			[]string{"medium 2), at 3 units; traffic", "These are the answers of all regions, not of this one alone."},
		},
		"not over": {
			func() *report.Week { w := sampleWeek(); w.Open = true; return w }(),
			[]string{"A draft: the week is not over"},
		},
		"nothing to find": {
			func() *report.Week {
				w := sampleWeek()
				for i := range w.Cases {
					if c := &w.Cases[i]; c.Class == "false_alarm" {
						c.LocatedAt, c.LocatedInTime = time.Time{}, nil
					}
				}
				return w
			}(),
			[]string{"no device to find"},
		},
		"no hours and no weeks": {
			empty(func(w *report.Week) { w.Hours, w.Trend = nil, w.Trend[11:] }),
			[]string{"No suspected IP was in contact with a pool in any hour", "Of the last 1 weeks, 1 can be told of: too few for a trend"},
		},
		"no week to tell of": {
			empty(func(w *report.Week) {
				for i := range w.Trend {
					w.Trend[i].Nights = 0
				}
			}),
			[]string{"None of the last 12 weeks can be told of, so there is no trend"},
		},
		"gaps": {
			sampleWeek(),
			[]string{
				"2026-W41: no night: nothing is known", "2026-W39: 3 (3 of 7 nights)", "7 nights, 5 with whole data", "2026-W43: 0 (7 nights, data whole)",
				"Nothing is known of 29 hours", "0: none was found", "Without a code in the ledger, and so without a tile: 湖州市",
			},
		},
		"no codes": {
			func() *report.Week { w := sampleWeek(); w.Places = nil; return w }(),
			[]string{"There is no overview of cities: the ledger has no administrative codes"},
		},
		"no codes in a city": {
			func() *report.Week { w := sampleWeek(); w.Places, w.Region = nil, "宁波市"; return w }(),
			[]string{"There is no overview of counties"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			text := page(t, c.week, report.English)
			if strings.Contains(text, "%!") {
				t.Error("a message has not what it takes")
			}
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("the page does not say %q", want)
				}
			}
			// Where nothing was looked into, nothing is said not to be there.
			for _, not := range []string{"No version of a pool feed", "No address ledger", "No IP address is suspected", "No clues", "No address was excluded"} {
				if name == "no nights" && strings.Contains(text, not) {
					t.Errorf("the page says %q", not)
				}
			}
		})
	}
}

func TestHTMLOfAProvinceIsCutAndSaysSo(t *testing.T) {
	week := sampleWeek()
	one := week.Suspects[0]
	for rank := 6; rank <= 400; rank++ {
		one.Rank = rank
		week.Suspects = append(week.Suspects, one)
	}
	text := page(t, week, report.English)
	if n := strings.Count(text, `<article class="host`); n != 300 {
		t.Errorf("%d address cards, want 300", n)
	}
	if n := strings.Count(text, `<article class="host"`); n != 100 {
		t.Errorf("%d address cards on paper, want 100", n)
	}
	for _, want := range []string{
		"The first 300 follow here; the other 100 are in details.csv",
		"The first 100 addresses are printed in detail; the other 300 are in report.xlsx",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(text, `href="#host-400"`) {
		t.Error("the table links to a card that is not there")
	}
}

func TestReasonsAreTranslated(t *testing.T) {
	week := sampleWeek()
	week.Suspects[0].Evidence = []report.Evidence{
		{Name: "grade", Points: 75, Reason: "pool contact on 6 days, up to 1433 min stitched in one day, 138 active hours in 7 days, by listed address and port"},
		{Name: "rate", Reason: "0.62 kbit/s while active (a miner's rate: 0.05 to 20.0)"},
		{Name: "grade", Reason: "registered exclusion: course 4.2 (approved by 李主任)"},
		{Name: "grade", Reason: "registered exclusion: false_alarm by the unit's answer to notice 2026-W46-0f74c955 (approved by 王主任)"},
		{Name: "grade", Reason: "registered exclusion: false alarm by the unit's answer to notice 2026-W46-11111111 (approved by 王主任)"},
		{Name: "grade", Reason: "registered exclusion: course 4.2, active around the clock"},
		{Name: "hint_passive", Reason: "hint of passive mining (infection), to be verified: began together with other units, active in office hours only"},
		{Name: "new", Reason: "a sentence that nobody has translated 7 times"},
	}
	text := page(t, week, report.Chinese)
	for _, want := range []string{
		"6 天与矿池有接触，单日拼接时长最多 1433 分钟，7 天内活跃 138 小时",
		"活跃时速率 0.62 kbit/s（矿机速率范围 0.05 至 20.0）",
		"登记排除：course 4.2（批准人：李主任）",
		"登记排除：单位对通报 2026-W46-0f74c955 的反馈为误报（批准人：王主任）",
		"登记排除：单位对通报 2026-W46-11111111 的反馈为误报（批准人：王主任）",
		"登记排除：course 4.2, active around the clock",
		"被动挖矿（疑似感染）线索，待核实：与其他单位同期出现、仅在办公时段活动",
		"a sentence that nobody has translated 7 times",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// A night of an older program gave a code where words stand now.
func TestReasonsHaveNoCodes(t *testing.T) {
	week := sampleWeek()
	week.Suspects[0].Evidence = []report.Evidence{{Name: "grade", Reason: "registered exclusion: false_alarm by the unit's answer to notice 2026-W46-0f74c955 (approved by 王主任)"}}
	text := page(t, week, report.English)
	if want := "registered exclusion: false alarm by the unit&#39;s answer to notice 2026-W46-0f74c955 (approved by 王主任)"; !strings.Contains(text, want) {
		t.Errorf("the page does not say %q", want)
	}
}

// The change of a rate is that of the printed figures: where they print alike, there is
// none to tell.
func TestChangeOfPrintedRates(t *testing.T) {
	same := map[report.Lang]string{report.Chinese: "与上周持平", report.English: "as last week"}
	about := map[report.Lang]string{report.Chinese: "与上周基本持平", report.English: "about as last week"}
	by := func(amount string) map[report.Lang]string {
		sign := strings.Replace(amount, "+", "&#43;", 1)
		return map[report.Lang]string{report.Chinese: "较上周 " + sign, report.English: sign + " on last week"}
	}
	for _, c := range []struct {
		rate, last float64
		want       map[report.Lang]string
	}{
		{0.0412, 0.0412, same},
		{0.0412, 0.0409, about},           // 0.041 both
		{0.0334, 0.0346, by("−0.002")},    // 0.033 and 0.035, though 0.0012 less
		{0.0174, 0.0176, by("−0.001")},    // 0.017 and 0.018, though nearly the same
		{1.004, 0.9952, by("+0.005")},     // 1.00 and 0.995
		{12.344, 12.116, by("+0.22")},     // 12.34 and 12.12
		{101.26, 99.874, by("+1.43")},     // 101.3 and 99.87
		{1, 0.9999, about},                // 1.00 and 1.000
		{0, 0.0004, about},                // 0 and < 0.001
		{0.0006, 0.0004, about},           // 0.001 and < 0.001
		{0, 0.0006, by("−0.001")},         // 0 and 0.001
		{0.0004, 0.0351, by("−0.035")},    // < 0.001 and 0.035
		{1_234.52, 12.34, by("+1222.16")}, // 1234.5 and 12.34
	} {
		week := sampleWeek()
		last := week.Total
		week.Total.MeanMbps, last.MeanMbps = c.rate, c.last
		week.Last = &last
		for lang, want := range c.want {
			text := page(t, week, lang)
			if said := changeOfMean(t, text, lang); said != want {
				t.Errorf("%s, %g after %g: %q, want %q", lang, c.rate, c.last, said, want)
			}
		}
	}
}

// changeOfMean is what the card of the mean rate says of the week before.
func changeOfMean(t *testing.T, text string, lang report.Lang) string {
	t.Helper()
	label := map[report.Lang]string{report.Chinese: "矿池出口流量均值", report.English: "Pool traffic, mean"}[lang]
	_, card, _ := strings.Cut(text, `<span class="label">`+label)
	_, change, isThere := strings.Cut(card, `<span class="change">`)
	change, _, _ = strings.Cut(change, "</span>")
	if !isThere {
		t.Fatalf("%s: no card of %s", lang, label)
	}
	return change
}

func TestParseLang(t *testing.T) {
	if _, err := report.ParseLang("fr"); err == nil {
		t.Error("fr is taken for a language of the catalogue")
	}
	if lang, err := report.ParseLang("zh"); err != nil || lang != report.Chinese {
		t.Errorf("zh: %q, %v", lang, err)
	}
}

// TestHTMLFoldsRegionsOfClues: who is under no suspicion is in no ranking.
func TestHTMLFoldsRegionsOfClues(t *testing.T) {
	week := sampleWeek()
	week.Cities = append(week.Cities, report.Region{City: "舟山市", C: 2})
	text := page(t, week, report.English)
	for _, want := range []string{"Clues only: 1 city", "Clues only: 1 county"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(text, "舟山市") || strings.Contains(text, "象山县") {
		t.Error("a region with clues only is ranked")
	}
}

// TestHTMLOfManyExportersShowsTheGapsFirst: the page is cut, the CSV is not.
func TestHTMLOfManyExportersShowsTheGapsFirst(t *testing.T) {
	week := sampleWeek()
	for i := range 200 {
		e := report.ExporterDay{Day: week.Days[0].Day, Exporter: fmt.Sprintf("10.254.0.%d", i), Coverage: received(100)}
		percent := 100.0
		e.Percent, e.Covered = &percent, i < 100
		if i == 199 {
			e.SilentHours = 3
		}
		week.Exporters = append(week.Exporters, e)
	}
	text := page(t, week, report.English)
	for _, want := range []string{
		"60 of 204 exporters are shown, those with gaps first", "The first 80 of 108 are shown",
		`<td class="ip">10.254.0.199</td><td class="n">100</td>`, `<tr><td class="ip">10.255.0.1</td>`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(text, `<td class="ip">10.254.0.7</td>`) {
		t.Error("an exporter without a gap takes the place of one with a gap")
	}
}

// TestCutOfEndpoints: the page says so where it leaves endpoints out, and only there.
func TestCutOfEndpoints(t *testing.T) {
	for n, want := range map[int]string{25: "", 26: "The 25 endpoints of most activity are shown, of 26; the others are in details.csv."} {
		week := sampleWeek()
		week.Suspects = week.Suspects[:1]
		week.Suspects[0].Details = nil
		for i := range n {
			week.Suspects[0].Details = append(week.Suspects[0].Details, report.Detail{PoolAddress: fmt.Sprintf("198.51.100.%d", i+1), PoolPort: 3333})
		}
		text := page(t, week, report.English)
		if got := strings.Contains(text, "of most activity"); got != (want != "") || !strings.Contains(text, want) {
			t.Errorf("%d endpoints: a word of a cut: %t, want %q", n, got, want)
		}
		if shown := strings.Count(text, `<span class="ip">198.51.100.`); shown != 25 {
			t.Errorf("%d endpoints: %d are shown", n, shown)
		}
	}
}
