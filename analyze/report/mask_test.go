package report_test

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze/report"
)

// writeFolder writes a report, and returns the path of its page.
func writeFolder(t *testing.T, folder string, week *report.Week, lang report.Lang) string {
	t.Helper()
	w, err := report.NewWriter(lang, week.Zone)
	if err != nil {
		t.Fatal(err)
	}
	page, err := w.Folder(folder, week)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// written is the text of every file of a week's folder by its name, those within
// a workbook, too.
func written(t *testing.T, week *report.Week, lang report.Lang) map[string]string {
	t.Helper()
	dir := t.TempDir()
	writeFolder(t, dir, week, lang)
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		if filepath.Ext(path) != ".xlsx" {
			content, err := os.ReadFile(path)
			files[name] = string(content)
			return err
		}
		book, err := zip.OpenReader(path)
		if err != nil {
			return err
		}
		defer func() { _ = book.Close() }()
		for _, part := range book.File {
			in, err := part.Open()
			if err != nil {
				return err
			}
			content, err := io.ReadAll(in)
			if err != nil {
				return err
			}
			files[name+"/"+part.Name] = string(content)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// secrets is what of a week a public version must not say, by what it is.
func secrets(week *report.Week) map[string]string {
	all := map[string]string{}
	add := func(kind string, values ...string) {
		for _, value := range values {
			if _, plain, escaped := strings.Cut(value, ")"); escaped {
				value = plain // what no format has to escape
			}
			if value != "" {
				all[value] = kind
			}
		}
	}
	moment := func(times ...time.Time) {
		for _, at := range times {
			if !at.IsZero() {
				add("time", at.Format("15:04:05"), strconv.FormatInt(at.Unix(), 10))
			}
		}
	}
	for _, list := range [][]report.Suspect{week.Suspects, week.Clues, week.Excluded} {
		for i := range list {
			s := &list[i]
			add("address", s.Host)
			add("unit", s.Unit)
			add("contact", s.Contact)
			add("county", s.County)
			moment(s.FirstSeen, s.LastSeen)
			for _, d := range s.Details {
				add("local port", strings.Split(d.LocalPorts, ", ")...)
				add("exporter", strings.Split(d.Exporters, ", ")...)
				moment(d.FirstSeen, d.LastSeen)
			}
		}
	}
	for _, u := range week.Units {
		add("unit", u.Unit)
		add("contact", u.Contact)
	}
	for _, e := range week.Exporters {
		add("exporter", e.Exporter)
	}
	for i := range week.Cases {
		add("notice", week.Cases[i].NoticeNo)
		add("unit", week.Cases[i].Unit)
		add("address", week.Cases[i].Host)
	}
	for _, p := range append(week.Hosts, week.UnitPast...) {
		add("subject", p.Subject)
		add("unit", p.Unit)
	}
	return all
}

func TestMaskedReportNamesNobody(t *testing.T) {
	week := sampleWeek()
	week.Coverage.ShortExporters = []string{"10.255.0.1"}
	week.Days[1].ShortExporters = []string{"10.255.0.2"}
	week.Issue = &report.Issue{NotifiedAt: at(16, 9, 0), LocateBy: at(18, 9, 0), ReportBy: at(19, 9, 0)}
	full := written(t, week, report.English)
	masked, err := report.Mask(week)
	if err != nil {
		t.Fatal(err)
	}
	hidden := secrets(week)
	if len(hidden) < 40 {
		t.Fatalf("only %d things to hide", len(hidden))
	}
	for secret, kind := range hidden { // else the search below finds nothing in anything
		found := false
		for _, text := range full {
			found = found || strings.Contains(text, secret)
		}
		if !found && kind != "time" {
			t.Errorf("%s %q is not even in the full report", kind, secret)
		}
	}
	for _, lang := range []report.Lang{report.Chinese, report.English} {
		files := written(t, masked, lang)
		for name, text := range files {
			for secret, kind := range hidden {
				if strings.Contains(text, secret) {
					t.Errorf("%s %s: %s %q", lang, name, kind, secret)
				}
			}
			if strings.Contains(name, "units") {
				t.Errorf("%s: a public version has %s", lang, name)
			}
		}
		if page := files["report.html"]; !strings.Contains(page, "10.21.x.x") || !strings.Contains(page, "2001:db8:x:x:x:x:x:x") {
			t.Errorf("%s: the page has no masked addresses", lang)
		}
		mark := map[report.Lang]string{report.Chinese: "公开版", report.English: "Public version"}[lang]
		for _, name := range []string{"report.html", "report.xlsx/xl/sharedStrings.xml"} {
			if !strings.Contains(files[name], mark) {
				t.Errorf("%s: %s does not say %q", lang, name, mark)
			}
		}
	}
	if _, told := full["tables/hours.csv"]; !told {
		t.Error("the full report has no hours")
	}
	if len(masked.Hours) > 0 || masked.Cities[0].Rank > 0 {
		t.Errorf("a public version has %d hours, and ranks %+v", len(masked.Hours), masked.Cities)
	}
	if got := report.FolderName(masked, report.Chinese); got != "2026-W46-zh-masked" {
		t.Errorf("folder %s", got)
	}
	if len(week.Units) == 0 || week.Suspects[0].Host != "10.21.8.14" {
		t.Error("the week itself was masked")
	}
}

// What is small is small in the trend and in the overview, too.
func TestMaskedOverviewHidesSmallOnes(t *testing.T) {
	week := sampleWeek()
	week.Cities = []report.Region{{City: "杭州市", A: 9}, {City: "宁波市", A: 6}, {City: "温州市", B: 3}, {City: "湖州市", B: 2}}
	week.Places = []report.Place{{Code: "330100", City: "杭州市", A: 9}, {Code: "330200", City: "宁波市", A: 6}, {Code: "330300", City: "温州市", B: 3}, {Code: "330900", City: "舟山市"}}
	masked, err := report.Mask(week)
	if err != nil {
		t.Fatal(err)
	}
	want := []report.Place{
		{Code: "330100", City: "杭州市", A: 9}, {Code: "330200", City: "宁波市", A: 6}, {Code: "330300", City: "温州市", Hidden: true}, {Code: "330900", City: "舟山市", Hidden: true},
	}
	if diff := cmp.Diff(want, masked.Places); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	for i, w := range masked.Trend {
		if few := week.Trend[i].Hosts > 0 && week.Trend[i].Hosts < 5; w.Few != few || few && (w.Hosts != 0 || w.Units != 0 || w.MeanMbps != 0) {
			t.Errorf("%+v is shown of %+v", w, week.Trend[i])
		}
	}
	week.Region = "杭州市"
	week.Places = []report.Place{{Code: "330106", City: "杭州市", County: "西湖区", A: 9}}
	if masked, err = report.Mask(week); err != nil || len(masked.Places) > 0 {
		t.Errorf("a public version has counties: %+v, %v", masked, err)
	}
}

// A difference to a week of 1 to 4 suspects would tell them.
func TestMaskedComparisonHidesAFew(t *testing.T) {
	for last, told := range map[int]bool{0: true, 1: false, 4: false, 5: true} {
		week := sampleWeek()
		week.Last = &report.Total{HostsB: last, Units: 7777}
		masked, err := report.Mask(week)
		if err != nil {
			t.Fatal(err)
		}
		page := written(t, masked, report.English)["report.html"]
		if (masked.Last != nil) != told || masked.LastFew == told || strings.Contains(page, "fewer than 5, so it is not compared") == told || strings.Contains(page, "7,777") != told {
			t.Errorf("of a week with %d before: last week %+v, few %v", last, masked.Last, masked.LastFew)
		}
	}
}

func TestMaskAddress(t *testing.T) {
	for host, want := range map[string]string{
		"10.1.2.3": "10.1.x.x", "::ffff:10.1.2.3": "10.1.x.x", "2001:db8:5::7": "2001:db8:x:x:x:x:x:x", "fe80::1%eth0": "fe80:0:x:x:x:x:x:x", "unit 7": "x", "": "x",
	} {
		if got := report.MaskAddress(host); got != want {
			t.Errorf("%q: %s, want %s", host, got, want)
		}
	}
}

// No line of few suspects is left, nor can it be told from the total.
func TestMaskedRegionsHideSmallOnes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 4)) //nolint:gosec // a test's own weeks
	for range 500 {
		week := &report.Week{}
		total := 0
		for i := range r.IntN(6) {
			n := r.IntN(12)
			total += n
			week.Cities = append(week.Cities, report.Region{City: fmt.Sprint("city ", i), County: "county", A: n / 2, B: n - n/2, C: 1, Bytes: int64(n)})
			week.Sectors = append(week.Sectors, report.Share{Name: fmt.Sprint("sector ", i), Hosts: n})
		}
		week.Cities = append(week.Cities, report.Region{B: 2, WithoutAnOwner: true})
		masked, err := report.Mask(week)
		if err != nil {
			t.Fatal(err)
		}
		sum, shown, rest := 0, 0, -1
		for _, c := range masked.Cities {
			switch n := c.A + c.B; {
			case c.WithoutAnOwner:
				continue
			case c.Others:
				rest, sum = n, sum+n
				if c.City != "" || c.Bytes != int64(n) {
					t.Errorf("the line of the others is %+v", c)
				}
			case n < 5 || c.County != "":
				t.Errorf("%+v is shown of %+v", c, week.Cities)
			default:
				shown, sum = shown+1, sum+n
			}
		}
		together := len(week.Cities) - 1 - shown
		if sum != total || (rest >= 0) != (together > 0) || (shown > 0 && rest >= 0 && (rest < 5 || together < 2)) {
			t.Errorf("%d of %d suspects, %d cities together have %d: %+v of %+v", sum, total, together, rest, masked.Cities, week.Cities)
		}
		var sectors []int
		for _, s := range masked.Sectors {
			sectors = append(sectors, s.Hosts)
		}
		var cities []int
		for _, c := range masked.Cities[:len(masked.Cities)-1] {
			cities = append(cities, c.A+c.B)
		}
		if diff := cmp.Diff(cities, sectors); diff != "" {
			t.Errorf("sectors are not hidden as cities are: %s", diff)
		}
	}
}

func TestMaskRefusesWhatLeadsToSomebody(t *testing.T) {
	week := sampleWeek()
	week.Region = "宁波市/鄞州区"
	if _, err := report.Mask(week); err == nil || !strings.Contains(err.Error(), "county") {
		t.Errorf("a county: %v", err)
	}
	week.Region = "宁波市"
	if _, err := report.Mask(week); err != nil {
		t.Errorf("a city of five: %v", err)
	}
	week.Total.HostsB = 1
	if _, err := report.Mask(week); err == nil || !strings.Contains(err.Error(), "fewer than 5") {
		t.Errorf("a city of four: %v", err)
	}
}
