package report_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	devpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"minewatch/analyze/feedback"
	"minewatch/analyze/report"
)

// What is printed is what is read aloud in a meeting: it is to be short, and every
// address on one line.

// longWeek is a week of a province with figures as wide as they get: 59 suspects of 38
// units, all told of, with endpoints and reasons.
func longWeek() *report.Week {
	week := sampleWeek()
	host := func(i int) string { return fmt.Sprintf("100.127.254.%d", 100+i) }
	unit := func(i int) string {
		if i%38 == 7 {
			return "某某市城市建设交通投资集团有限公司第一分公司"
		}
		return fmt.Sprintf("某某软件%d有限公司", i%38)
	}
	first, clue, excluded := week.Suspects[0], week.Clues[0], week.Excluded[0]
	past, unitPast, told, line := week.Hosts[0], week.UnitPast[0], week.Cases[0], week.Units[0]
	week.Suspects, week.Hosts, week.UnitPast, week.Cases, week.Units, week.Pools = nil, nil, nil, nil, nil, nil
	first.MaxConcurrent, first.DurationSeconds = 1_234, 604_799
	var details []report.Detail
	for port := range 12 {
		d := sampleSuspects()[0].Details[0]
		d.PoolAddress, d.PoolPort, d.LocalPorts = "198.118.100.231", 65_000+port, "49152, 50211, 61002, 61003, 61004, 61005"
		details = append(details, d)
	}
	for len(first.Evidence) < 8 {
		first.Evidence = append(first.Evidence, first.Evidence[1])
	}
	for i := range 59 {
		first.NAT, first.Coins, line.Excluded = i%5 == 0, "XMR", 0
		if i%10 == 0 {
			first.Coins, line.Excluded = "BTC,DOGE,ETC,XMR", 1
		}
		first.Rank, first.Host, first.Unit = i+1, host(i), unit(i)
		first.Details = details[:1]
		if i%5 == 0 {
			first.Details = details
		}
		if i == 15 {
			first.Host = "2001:db8:1607:7:200:ffff:fe00:1234"
		}
		week.Suspects = append(week.Suspects, first)
		told.Host, told.Unit, told.State = host(i), unit(i), []string{"overdue", "notified"}[i%2]
		week.Cases = append(week.Cases, told)
		past.Subject, past.Unit, past.Suspect = host(i), unit(i), true
		past.Status, past.UnknownBecause, past.FirstDay, past.LastDay = "continuing", "", "2026-10-19", "2026-11-15"
		if i%4 == 0 {
			past.Status, past.UnknownBecause, past.GapDays, past.CleanDays = "not_known", "gap", 21, 13
		}
		week.Hosts = append(week.Hosts, past)
		if i < 38 {
			unitPast.Subject, unitPast.Unit = unit(i), unit(i)
			week.UnitPast = append(week.UnitPast, unitPast)
			line.Unit, line.Contact, line.Hours, line.Bytes = unit(i), "信息中心 欧阳老师", 1_680, 1_310_000_000
			week.Units = append(week.Units, line)
			week.Pools = append(week.Pools, report.Pool{Pool: fmt.Sprintf("pool %d", i), Coins: "BTC,ETC", Endpoints: 11, Hosts: 10, Hours: 569, Bytes: 111_000_000})
		}
		if i < 28 {
			clue.Host, clue.Unit = host(i), unit(i)
			week.Clues = append(week.Clues, clue)
		}
		if i < 17 {
			excluded.Host, excluded.Unit = host(i), unit(i)
			week.Excluded = append(week.Excluded, excluded)
		}
	}
	for i := range 24 {
		c := week.Counties[0]
		c.County = fmt.Sprintf("某某%d区", i)
		week.Counties = append(week.Counties, c)
	}
	return week
}

// maxPages is the most sheets of a long week. It has more endpoints, places and reasons
// than that of make demo, whose 59 suspects take 16.
const maxPages = 25

// paperPages are long reports by name, as files.
func paperPages(t *testing.T) map[string]string {
	t.Helper()
	pages := map[string]string{}
	dir := t.TempDir()
	masked, err := report.Mask(longWeek())
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range report.Languages() {
		for name, week := range map[string]*report.Week{"long": longWeek(), "sample": sampleWeek(), "masked": masked} {
			path := filepath.Join(dir, name+"-"+string(lang)+".html")
			var out bytes.Buffer
			if err := report.HTML(&out, week, lang); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			pages[name+"-"+string(lang)] = path
		}
	}
	return pages
}

func TestPaper(t *testing.T) {
	browser := newBrowser(t)
	for name, path := range paperPages(t) {
		t.Run(name, func(t *testing.T) {
			p := open(browser, t, path)
			p.narrow(t) // on the screen
			p.fitsA4(t) // and from here on as it is printed
			p.narrow(t)
			if n := p.sheets(t); n > maxPages {
				t.Errorf("%d sheets of A4, want at most %d", n, maxPages)
			}
			sections := evaluate[[]string](t, p, `Array.from(document.querySelectorAll("h2"), h => h.innerText)`)
			want := 12
			if strings.HasPrefix(name, "masked") {
				want = 8
			}
			if len(sections) != want {
				t.Errorf("%d sections are printed, want %d: %q", len(sections), want, sections)
			}
			numerals := []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"}
			for i, heading := range sections {
				if !strings.HasPrefix(heading, strconv.Itoa(i+1)+". ") && !strings.HasPrefix(heading, numerals[i]+"、") {
					t.Errorf("section %d is called %q", i+1, heading)
				}
			}
			if missing := evaluate[[]string](t, p, `Array.from(document.querySelectorAll("#suspects > table > tbody > tr")).filter(r => r.getClientRects().length === 0).map(r => r.textContent)`); len(missing) > 0 {
				t.Errorf("suspects that are not printed: %q", missing)
			}
		})
	}
}

// A notice of one address is one sheet, with two endpoints, a reminder and all else that it
// may say.
func TestNoticeIsOneSheet(t *testing.T) {
	browser := newBrowser(t)
	for _, lang := range report.Languages() {
		week := issuedWeek()
		first := &week.Suspects[0]
		first.NAT, first.Details = true, append(first.Details[:1:1], first.Details[0])
		week.Site = "某某省互联网应急中心"
		week.Revisions = map[string]int{feedback.NoticeNo(week.Name, first.Unit): 2}
		week.Before = map[string]*feedback.Before{first.Host: {
			NoticeNo: "2026-W44-5e1f2a3b", NotifiedAt: at(2, 9, 0), Times: 2, Class: feedback.NotFound, FoundAt: at(3, 9, 0), StandsBy: at(5, 9, 0),
		}}
		_, folder := issued(t, week, lang, t.TempDir())
		p := open(browser, t, filepath.Join(folder, "units", first.Unit, "notice.html"))
		if n := p.sheets(t); n != 1 {
			t.Errorf("%s: %d sheets of A4, want 1", lang, n)
		}
	}
}

// narrow lists what nobody wants to read: an IPv4 address on two lines, days when something
// was first and last seen that may break, a cell that its content is wider than, and text
// with fewer than three characters a line.
func (p *tab) narrow(t *testing.T) {
	t.Helper()
	for _, fault := range evaluate[[]string](t, p, `(() => {
		const faults = [];
		const lines = range => new Set(Array.from(range.getClientRects()).filter(r => r.width > 0).map(r => Math.round(r.top))).size;
		for (const cell of document.querySelectorAll("td, th")) {
			if (cell.getClientRects().length === 0) continue;
			if (cell.scrollWidth > cell.clientWidth + 1 && cell.clientWidth > 0) faults.push("cut off: " + cell.innerText);
			if (cell.matches(":not(.details) > tbody > tr > td.seen") && [cell, ...cell.children].some(e => getComputedStyle(e).whiteSpace !== "nowrap")) faults.push("may break: " + cell.innerText);
			const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
			while (walk.nextNode()) {
				const node = walk.currentNode, range = document.createRange();
				for (const found of node.data.matchAll(/(?<![/.\d])\d+\.\d+\.\d+\.\d+(:\d+)?/g)) {
					range.setStart(node, found.index);
					range.setEnd(node, found.index + found[0].length);
					if (lines(range) > 1) faults.push("on two lines: " + found[0]);
				}
				range.selectNodeContents(node);
				const n = lines(range), text = node.data.trim();
				if (n > 1 && text.length / n < 3) faults.push(n + " lines for " + text);
			}
		}
		return faults;
	})()`) {
		t.Error(fault)
	}
}

// sheets prints, and counts the pages.
func (p *tab) sheets(t *testing.T) int {
	t.Helper()
	// The width of a window is none of paper.
	p.do(t, call(emulation.ClearDeviceMetricsOverride, cdp.Empty{}))
	var printed []byte
	p.do(t, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		result, err := cdp.Call(ctx, target, devpage.PrintToPDF, devpage.PrintToPDFParams{PrintBackground: new(true), PreferCSSPageSize: new(true)})
		if err == nil {
			printed = result.Data
		}
		return err
	}))
	n := len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(printed, -1))
	if n == 0 {
		t.Fatalf("no page in %d bytes of PDF", len(printed))
	}
	return n
}
