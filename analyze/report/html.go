package report

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"regexp"
)

//go:embed page
var pageFiles embed.FS

// HTML writes the weekly report as one page that needs nothing beside it: no
// network, no script to be useful, and it prints on A4. The same week gives
// the same bytes.
func HTML(out io.Writer, week *Week, lang Lang) error {
	w, err := NewWriter(lang, week.Zone)
	if err != nil {
		return fmt.Errorf("write report %s: %w", week.Name, err)
	}
	return w.html(out, week)
}

func (w *Writer) html(out io.Writer, week *Week) error {
	content, err := newPage(week, w.p)
	if err == nil {
		err = w.page.Execute(out, content)
	}
	if err != nil {
		return fmt.Errorf("write report %s: %w", week.Name, err)
	}
	return nil
}

func (p *printer) pageTemplate() (*template.Template, error) {
	return template.New("page.html").Funcs(p.functions()).ParseFS(pageFiles, "page/*.html")
}

// hyphened are dates and telephone numbers, at whose hyphens a browser breaks lines.
var hyphened = regexp.MustCompile(`\d+(-\d+)+`)

// unbroken is a text whose dates and numbers stay on one line.
func unbroken(text string) template.HTML {
	return template.HTML(hyphened.ReplaceAllString(template.HTMLEscapeString(text), `<span class="whole">$0</span>`)) //nolint:gosec // it is escaped
}

// functions are what the templates call.
func (p *printer) functions() template.FuncMap {
	return template.FuncMap{
		"t":            p.t,
		"approx":       approximate,
		"because":      p.because,
		"bytes":        shortBytes,
		"card":         p.card,
		"count":        countAny,
		"day":          p.day,
		"dayShort":     p.dayShort,
		"decimal":      decimal,
		"duration":     p.duration,
		"gapNotes":     p.gapNotes,
		"gradeShort":   p.gradeShort,
		"gradeText":    p.gradeText,
		"joined":       p.joined,
		"unbroken":     unbroken,
		"list":         p.list,
		"mbps":         mbps,
		"orUnknown":    p.orUnknown,
		"percent":      percent,
		"percentOf":    func(c Coverage) string { return p.percentOf(&c) },
		"score":        score,
		"seen":         p.seen,
		"stateText":    p.stateText,
		"unitExcluded": p.unitExcluded,
		"precision":    p.precisionText,
		"statusText":   p.statusText,
		"suspectRow":   p.suspectRow,
		"when":         p.when,
		"whyShort":     p.whyShort,
	}
}

// style and script are our own files, so they go into the page as they are.
func style() (template.CSS, error) {
	text, err := fs.ReadFile(pageFiles, "page/style.css")
	return template.CSS(text), err
}

func script() (template.JS, error) {
	text, err := fs.ReadFile(pageFiles, "page/sort.js")
	return template.JS(text), err
}
