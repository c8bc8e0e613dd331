package report

import (
	"encoding/csv"
	"errors"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode"

	xlsx "minewatch/analyze/workbook"
)

// FolderName is the folder of a week's report. A region becomes a part of it as
// letters and digits only.
func FolderName(week *Week, lang Lang) string {
	parts := []string{safeName(week.Name)}
	if region := safeName(week.Region); region != "" {
		parts = append(parts, region)
	}
	if lang != "" {
		parts = append(parts, string(lang))
	}
	if week.Masked {
		parts = append(parts, "masked")
	}
	return strings.Join(parts, "-")
}

// Writer writes reports in one language and zone. What is the same in all of them it
// makes once, and it may write several folders at a time.
type Writer struct {
	p    *printer
	page *template.Template

	mu     sync.Mutex      // of what was written, for RemoveStale
	units  map[string]bool // folders of units
	told   map[string]bool // what their forms tell
	issued bool            // a report with notices
}

// NewWriter is a writer for weeks of the zone; nil is UTC.
func NewWriter(lang Lang, zone *time.Location) (*Writer, error) {
	p, err := newPrinter(lang, zone)
	if err != nil {
		return nil, err
	}
	page, err := p.pageTemplate()
	return &Writer{p: p, page: page, units: map[string]bool{}, told: map[string]bool{}}, err
}

// Folder writes the report in every format into a folder, which is made if it is
// missing, and returns the path of the page. The page comes last: who sees it finds
// the others, too.
func (w *Writer) Folder(folder string, week *Week) (page string, err error) {
	var files batch
	defer func() { err = errors.Join(err, files.abandon()) }()
	sheets := w.p.sheets(week)
	if err := w.p.tables(&files, filepath.Join(folder, "tables"), sheets); err != nil {
		return "", fmt.Errorf("write tables of %s: %w", week.Name, err)
	}
	if week.Issue != nil {
		units, err := w.p.units(&files, filepath.Join(folder, "units"), week)
		if err != nil {
			return "", err
		}
		w.mu.Lock()
		w.issued = true
		for dir, told := range units {
			w.units[dir], w.told[told] = true, true
		}
		w.mu.Unlock()
	}
	page = filepath.Join(folder, "report.html")
	for _, f := range []struct {
		path  string
		write func(io.Writer) error
	}{
		{filepath.Join(folder, "report.json"), func(out io.Writer) error { return w.p.document(out, week, sheets) }},
		{filepath.Join(folder, "report.xlsx"), func(out io.Writer) error { return w.p.workbook(out, week, sheets) }},
		{page, func(out io.Writer) error { return w.html(out, week) }},
	} {
		if err := files.write(f.path, f.write); err != nil {
			return "", err
		}
	}
	return page, files.commit()
}

func safeName(s string) string {
	mapped := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return '-'
	}, s)
	return strings.Trim(mapped, "-")
}

// Save writes a file under a temporary name and gives it its own name when
// it is whole, so that nobody reads or sends half a report.
func Save(path string, write func(io.Writer) error) error {
	var files batch
	if err := files.write(path, write); err != nil {
		return err
	}
	return errors.Join(files.commit(), files.abandon())
}

// sheet is one table of the report: a CSV file, a sheet of the workbook and an
// array of the JSON file.
type sheet struct {
	name    string // of the file, without its extension
	columns []string
	rows    [][]any // cells
}

// CSVFiles writes the tables of the week into dir, for spreadsheets: UTF-8
// with a byte order mark, so that Chinese opens right, and no cell that a
// spreadsheet would run as a formula. Column names are the same in every
// language; times are told in the week's zone. It returns the paths.
func CSVFiles(dir string, week *Week, lang Lang) ([]string, error) {
	p, err := newPrinter(lang, week.Zone)
	if err != nil {
		return nil, fmt.Errorf("write tables of %s: %w", week.Name, err)
	}
	var files batch
	err = p.tables(&files, dir, p.sheets(week))
	if err == nil {
		err = files.commit()
	}
	if err = errors.Join(err, files.abandon()); err != nil {
		return nil, fmt.Errorf("write tables of %s: %w", week.Name, err)
	}
	return files.named, nil
}

// tables writes each sheet as a CSV file.
func (p *printer) tables(files *batch, dir string, sheets []sheet) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	for i := range sheets {
		s := &sheets[i]
		if err := files.write(filepath.Join(dir, s.name+".csv"), func(w io.Writer) error { return s.csv(w, p.zone) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *sheet) csv(w io.Writer, zone *time.Location) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(s.columns); err != nil {
		return err
	}
	safe := make([]string, len(s.columns))
	for _, row := range s.rows {
		for i, cell := range row {
			if text, ok := cell.(string); ok {
				safe[i] = xlsx.Text(text)
			} else {
				safe[i] = cellText(cell, zone, time.DateTime)
			}
		}
		if err := out.Write(safe); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
