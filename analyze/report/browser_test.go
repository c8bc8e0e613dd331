package report_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	devpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"minewatch/analyze/report"
)

// The pages are tried in a browser of the kind that their readers have: what
// sorts, where links lead, what it says in the console, what it asks for, and how
// wide it prints. The browser resolves no name, so nothing leaves this machine
// whatever a page asks for.

// browserTime bounds all that is done with a browser.
const browserTime = 2 * time.Minute

// newBrowser starts a browser, which ends with the test.
func newBrowser(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("short: NO page was tried in a browser")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed, so NO page was tried in a browser: apt-get install chromium fonts-noto-cjk")
	}
	ctx, cancel := context.WithTimeout(t.Context(), browserTime)
	t.Cleanup(cancel)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1280, 900),
		chromedp.Flag("no-sandbox", os.Geteuid() == 0), // which root cannot have
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"),
	)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel) // waits until the browser is gone
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return ctx
}

// tab is a page in the browser, and what was heard from it.
type tab struct {
	ctx   context.Context
	mutex sync.Mutex
	said  []string // errors in its console, exceptions
	asked []string // what it requested
}

// open shows a file in a tab of its own.
func open(browser context.Context, t *testing.T, path string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	p := &tab{ctx: ctx}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatal(err)
	}
	// Links scroll at once for who wants no motion.
	still := &emulation.MediaFeature{Name: "prefers-reduced-motion", Value: "reduce"}
	p.do(t, call(network.Enable, network.EnableParams{}), call(log.Enable, cdp.Empty{}),
		call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{still}}),
		call(devpage.BringToFront, cdp.Empty{}), // it draws nothing of a page that nobody sees
		chromedp.Navigate("file://"+path))
	return p
}

func call[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, params)
		return err
	})
}

func (p *tab) hear(event any) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			p.said = append(p.said, "console: "+string(e.Type))
		}
	case *runtime.EventExceptionThrown:
		p.said = append(p.said, "exception: "+e.ExceptionDetails.Exception.Description)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			p.said = append(p.said, "log: "+e.Entry.Text)
		}
	case *network.EventRequestWillBeSent:
		p.asked = append(p.asked, e.Request.URL)
	case *network.EventWebSocketCreated:
		p.asked = append(p.asked, e.URL)
	}
}

func (p *tab) heard() (said, asked []string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return slices.Clone(p.said), slices.Clone(p.asked)
}

func (p *tab) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func evaluate[T any](t *testing.T, p *tab, script string, args ...any) T {
	t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](fmt.Sprintf(script, args...), chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%v in %s", err, fmt.Sprintf(script, args...))
	}
	return value
}

// click presses the mouse on an element, where a reader would. If it is scrolled to
// first, the browser draws it there before the click, which else hits what stood there.
func (p *tab) click(t *testing.T, element string) {
	t.Helper()
	at := evaluate[[]float64](t, p, `(async () => {
		const e = %s;
		const place = e.getClientRects()[0];
		if (place.top < 0 || place.bottom > innerHeight) {
			e.scrollIntoView({block: "center", behavior: "instant"});
			await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
		}
		const r = e.getClientRects()[0];
		return [r.left + r.width / 2, r.top + r.height / 2];
	})()`, element)
	p.do(t, chromedp.MouseClickXY(at[0], at[1]))
}

// press presses a key on what has the focus. The browser makes the character of it,
// unless the page took the key: chromedp.KeyEvent would send that, too, and Space scroll.
func (p *tab) press(t *testing.T, key, text string) {
	t.Helper()
	down := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Code: key, Text: text, WindowsVirtualKeyCode: int64(text[0])}
	if text == " " {
		down.Code = "Space"
	}
	up := down
	up.Type, up.Text = input.DispatchKeyEventTypeKeyUp, ""
	p.do(t, call(input.DispatchKeyEvent, down), call(input.DispatchKeyEvent, up))
}

// browserPages are the pages by name, as files.
func browserPages(t *testing.T) map[string]string {
	t.Helper()
	dir, pages := t.TempDir(), map[string]string{}
	for _, lang := range []report.Lang{report.Chinese, report.English} {
		week := sampleWeek()
		week.Issue = &report.Issue{NotifiedAt: at(16, 9, 0), LocateBy: at(18, 9, 0), ReportBy: at(19, 9, 0)}
		folder := filepath.Join(dir, string(lang))
		if err := os.MkdirAll(folder, 0o750); err != nil {
			t.Fatal(err)
		}
		pages["report-"+string(lang)] = writeFolder(t, folder, week, lang)
		notices, err := filepath.Glob(filepath.Join(folder, "units", "*", "notice.html"))
		if err != nil || len(notices) == 0 {
			t.Fatalf("no notice in %s: %v", folder, err)
		}
		pages["notice-"+string(lang)] = notices[0]
		masked, err := report.Mask(sampleWeek())
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := report.HTML(&out, masked, lang); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, string(lang), "masked.html")
		if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		pages["masked-"+string(lang)] = path
	}
	return pages
}

func TestPagesInABrowser(t *testing.T) {
	browser := newBrowser(t)
	for name, path := range browserPages(t) {
		t.Run(name, func(t *testing.T) {
			p := open(browser, t, path)
			sorted := p.sorts(t)
			linked := p.links(t)
			p.fitsA4(t)
			if strings.HasPrefix(name, "report-") && (sorted < 10 || linked < 12) {
				t.Errorf("%d tables sort, %d links lead somewhere: the page has more", sorted, linked)
			}
			said, asked := p.heard()
			for _, message := range said {
				t.Errorf("the browser says: %s", message)
			}
			for _, url := range asked {
				if base, _, _ := strings.Cut(url, "#"); base != evaluate[string](t, p, `location.href.split("#")[0]`) {
					t.Errorf("the page requests %s", url)
				}
			}
			if len(asked) == 0 {
				t.Error("not even the page was requested: nothing is heard of requests")
			}
		})
	}
}

// What a page could do wrong is heard, or the test above would say nothing.
func TestABrowserTellsWhatAPageDoes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bad.html")
	page := `<!DOCTYPE html><title>bad</title><div style="width:900px">wide</div><img src="https://192.0.2.1/x.png">
<script>console.error("told"); fetch("http://pool.example/").catch(() => 0); throw new Error("thrown")</script>`
	if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	browser := newBrowser(t)
	p := open(browser, t, path)
	said, asked := p.heard()
	if text := strings.Join(said, "\n"); !strings.Contains(text, "console: error") || !strings.Contains(text, "thrown") {
		t.Errorf("heard %q", said)
	}
	if text := strings.Join(asked, "\n"); !strings.Contains(text, "https://192.0.2.1/x.png") || !strings.Contains(text, "http://pool.example/") {
		t.Errorf("heard of requests %q", asked)
	}
	if wide := p.wide(t); len(wide) == 0 {
		t.Error("nothing is too wide")
	}
}

// browserTable is a sortable table as the reader sees it.
type browserTable struct {
	Heads []struct {
		Text, Sort string
		Number     bool
		Tab        int
	}
	Rows [][]string // what each cell stands for: its data-v, or its text
}

func (p *tab) table(t *testing.T, i int) browserTable {
	t.Helper()
	return evaluate[browserTable](t, p, `(() => {
		const table = document.querySelectorAll("table.sortable")[%d];
		return {
			Heads: Array.from(table.tHead.rows[0].cells, h => ({
				Text: h.textContent, Sort: h.getAttribute("aria-sort") || "", Number: h.classList.contains("n"), Tab: h.tabIndex,
			})),
			Rows: Array.from(table.tBodies[0].rows, r => Array.from(r.cells, c => c.dataset.v ?? c.textContent.trim())),
		};
	})()`, i)
}

// sorts tries every heading of every table by mouse, one of each by keyboard, and
// returns how many tables there are.
func (p *tab) sorts(t *testing.T) int {
	t.Helper()
	n := evaluate[int](t, p, `document.querySelectorAll("table.sortable").length`)
	for i := range n {
		before := p.table(t, i)
		for column, head := range before.Heads {
			if head.Text == "" || head.Tab != 0 {
				t.Errorf("table %d, column %d: heading %q, tab index %d: nobody can tell or reach it", i, column, head.Text, head.Tab)
			}
			element := fmt.Sprintf(`document.querySelectorAll("table.sortable")[%d].tHead.rows[0].cells[%d]`, i, column)
			p.click(t, element)
			first := p.table(t, i)
			first.check(t, i, column, before)
			if column != i%len(before.Heads) {
				continue // the keys on one heading of each table: each takes a while
			}
			evaluate[bool](t, p, `(%s.focus(), true)`, element)
			for _, key := range [][2]string{{"Enter", "\r"}, {" ", " "}} {
				p.press(t, key[0], key[1])
				again := p.table(t, i)
				again.check(t, i, column, before)
				if again.Heads[column].Sort == first.Heads[column].Sort {
					t.Errorf("table %d: key %q on %q leaves it %s", i, key[0], head.Text, first.Heads[column].Sort)
				}
				first = again
			}
		}
	}
	return n
}

// check holds a sorted table to what its heading says, and to the rows that it had.
func (b *browserTable) check(t *testing.T, table, column int, before browserTable) {
	t.Helper()
	head := b.Heads[column]
	where := fmt.Sprintf("table %d by %q, %s", table, head.Text, head.Sort)
	for i, h := range b.Heads {
		if (h.Sort != "") != (i == column) {
			t.Errorf("%s: the heading %q is marked %q", where, h.Text, h.Sort)
		}
	}
	key := func(row []string) string { return strings.Join(row, "\x00") }
	was, is := make([]string, 0, len(before.Rows)), make([]string, 0, len(b.Rows))
	for i := range before.Rows {
		was, is = append(was, key(before.Rows[i])), append(is, key(b.Rows[i]))
		if len(b.Rows[i]) != len(b.Heads) {
			t.Fatalf("%s: a row of %d cells under %d headings: %q", where, len(b.Rows[i]), len(b.Heads), b.Rows[i])
		}
	}
	slices.Sort(was)
	slices.Sort(is)
	if !slices.Equal(was, is) {
		t.Errorf("%s: other rows than before", where)
	}
	var values []string
	for _, row := range b.Rows {
		values = append(values, row[column])
	}
	if !slices.IsSortedFunc(values, func(x, y string) int { return order(x, y, head.Number, head.Sort == "descending") }) {
		t.Errorf("%s: %q", where, values)
	}
}

var (
	numberText = regexp.MustCompile(`^(?:≥ ?)?-?[0-9][0-9,]*(?:\.[0-9]+)?%?$`)
	// pinyin is the order that a Chinese reader expects of the first characters of the
	// names here.
	pinyin = "湖宁某吴象鄞"
)

// order compares two cells as a reader does: numbers by size, addresses by their
// parts, what begins with one of our Chinese characters by its sound; what has no
// value comes last either way. Of other text it says nothing.
func order(x, y string, number, descending bool) int {
	sign := 1
	if descending {
		sign = -1
	}
	if number {
		a, aKnown := parse(x)
		b, bKnown := parse(y)
		switch {
		case aKnown && bKnown:
			return sign * cmp.Compare(a, b)
		case aKnown:
			return -1
		case bKnown:
			return 1
		}
		return 0
	}
	switch {
	case x == "" && y == "":
		return 0
	case x == "":
		return 1
	case y == "":
		return -1
	}
	a, err := netip.ParseAddr(strings.TrimSuffix(x, " NAT"))
	b, err2 := netip.ParseAddr(strings.TrimSuffix(y, " NAT"))
	if err == nil && err2 == nil {
		return sign * a.Compare(b)
	}
	i, j := strings.Index(pinyin, string([]rune(x)[0])), strings.Index(pinyin, string([]rune(y)[0]))
	if i < 0 || j < 0 {
		return 0
	}
	return sign * cmp.Compare(i, j)
}

func parse(text string) (value float64, known bool) {
	if !numberText.MatchString(text) {
		return 0, false
	}
	value, err := strconv.ParseFloat(strings.Trim(strings.ReplaceAll(text, ",", ""), "≥ %"), 64)
	return value, err == nil
}

// links follows every link within the page, and returns how many there are.
func (p *tab) links(t *testing.T) int {
	t.Helper()
	const all = `Array.from(document.querySelectorAll("a[href]")).filter(a => a.getClientRects().length)`
	targets := evaluate[[]string](t, p, all+`.map(a => a.getAttribute("href"))`)
	for i, href := range targets {
		if !strings.HasPrefix(href, "#") {
			t.Errorf("a link leads to %s, away from the page", href)
			continue
		}
		if n := evaluate[int](t, p, `document.querySelectorAll('[id="' + %q + '"]').length`, href[1:]); n != 1 {
			t.Errorf("%d elements have the name that the link %s leads to", n, href)
			continue
		}
		p.click(t, fmt.Sprintf(all+"[%d]", i))
		got := evaluate[struct {
			Hash        string
			Top, Height float64
		}](t, p, `({Hash: decodeURIComponent(location.hash), Top: document.getElementById(%q).getBoundingClientRect().top, Height: innerHeight})`, href[1:])
		if got.Hash != href || got.Top < -1 || got.Top > got.Height-1 {
			t.Errorf("the link %s leads to %q, %g of %g px below the edge", href, got.Hash, got.Top, got.Height)
		}
	}
	return len(targets)
}

// fitsA4 prints, but for the paper.
func (p *tab) fitsA4(t *testing.T) {
	t.Helper()
	for _, e := range p.wide(t) {
		t.Errorf("wider than the page of A4: %s", e)
	}
}

// wide lays the page out as it is printed, on a sheet of 210 mm less the margins
// that it asks for, at 96 px to the inch, and lists what does not fit. A browser
// would shrink all of it, or cut.
func (p *tab) wide(t *testing.T) []string {
	t.Helper()
	margins := evaluate[float64](t, p, `Array.from(document.styleSheets).flatMap(s => Array.from(s.cssRules)).filter(r => r instanceof CSSPageRule)
		.reduce((sum, r) => sum + parseFloat(r.style.marginLeft) + parseFloat(r.style.marginRight), 0)`)
	width := int64((210 - margins) / 25.4 * 96)
	p.do(t, call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}), chromedp.EmulateViewport(width, 1000))
	return evaluate[[]string](t, p, `Array.from(document.body.querySelectorAll("*")).filter(e => {
			const r = e.getBoundingClientRect();
			return r.width > 0 && (r.right > %[1]d + 1 || r.left < -1) && !(e.parentElement.closest("table, svg"));
		}).map(e => {
			const r = e.getBoundingClientRect();
			return e.tagName + " from " + r.left + " to " + r.right + " of %[1]d px: " + e.textContent.trim().slice(0, 60);
		})`, width)
}
