package report

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
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

// WriteFolder writes the report in every format into a folder, which is made if
// it is missing, and returns the path of the page. The page comes last: who sees
// it finds the others, too.
func WriteFolder(folder string, week *Week, lang Lang) (string, error) {
	if _, err := CSVFiles(filepath.Join(folder, "tables"), week, lang); err != nil {
		return "", err
	}
	if week.Issue != nil {
		units, err := newUnitWriter(week, lang)
		if err == nil {
			err = units.write(filepath.Join(folder, "units"))
		}
		if err != nil {
			return "", err
		}
	}
	page := filepath.Join(folder, "report.html")
	for _, f := range []struct {
		path  string
		write func(io.Writer, *Week, Lang) error
	}{
		{filepath.Join(folder, "report.json"), Document},
		{filepath.Join(folder, "report.xlsx"), Workbook},
		{page, HTML},
	} {
		if err := Save(f.path, func(w io.Writer) error { return f.write(w, week, lang) }); err != nil {
			return "", err
		}
	}
	return page, nil
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
func Save(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return fmt.Errorf("save %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("save %s: %w", path, err), os.Remove(f.Name()))
		}
	}()
	out := bufio.NewWriter(f)
	if err := errors.Join(write(out), out.Flush(), f.Sync(), f.Close()); err != nil {
		return err
	}
	// Reports name units and persons: the owner decides who else reads them.
	if err := os.Chmod(f.Name(), 0o640); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
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
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("write tables of %s: %w", week.Name, err)
	}
	var paths []string
	for _, s := range p.sheets(week) {
		path := filepath.Join(dir, s.name+".csv")
		if err := Save(path, func(w io.Writer) error { return s.csv(w, p.zone) }); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	return paths, nil
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
	for _, row := range s.rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = xlsx.Text(cellText(cell, zone, time.DateTime))
		}
		if err := out.Write(safe); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
