package report_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze/report"
)

func TestCSVFilesGolden(t *testing.T) {
	dir := t.TempDir()
	paths, err := report.CSVFiles(dir, sampleWeek(), report.Chinese)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, filepath.Base(path))
		golden(t, filepath.Join("csv", filepath.Base(path)), content)
	}
	want := []string{"suspects.csv", "details.csv", "units.csv", "regions.csv", "places.csv", "pools.csv", "energy.csv", "history.csv", "cases.csv", "precision.csv", "clues.csv", "excluded.csv", "days.csv", "hours.csv", "trend.csv", "coverage.csv"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(want) {
		t.Errorf("%d files in the folder, want %d", len(entries), len(want))
	}
}

func TestCSVFilesNeutraliseFormulas(t *testing.T) {
	dir := t.TempDir()
	week := sampleWeek()
	week.Suspects[1].Unit, week.Suspects[2].Unit, week.Suspects[3].Unit = "+cmd|' /C calc'!A0", "@SUM(1)", "-2+3"
	if _, err := report.CSVFiles(dir, week, report.English); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(dir, "suspects.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(content), "\ufeffrank,host,") {
		t.Errorf("the file begins with %q, want the byte order mark and the header", content[:12])
	}
	for _, want := range []string{",'+cmd|", ",'@SUM(1),", ",'-2+3,"} {
		if !strings.Contains(string(content), want) {
			t.Errorf("no cell %q", want)
		}
	}
}

func TestFolderName(t *testing.T) {
	cases := []struct{ region, want string }{
		{"", "2026-W46-zh"},
		{"宁波市", "2026-W46-宁波市-zh"},
		{"宁波市/鄞州区", "2026-W46-宁波市-鄞州区-zh"},
		{"../../etc/passwd", "2026-W46-etc-passwd-zh"},
	}
	for _, c := range cases {
		week := &report.Week{Name: "2026-W46", Region: c.region}
		if got := report.FolderName(week, report.Chinese); got != c.want {
			t.Errorf("region %q: %s, want %s", c.region, got, c.want)
		}
	}
}

func TestSaveLeavesNothingOfAFailure(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report.html")
	if err := os.WriteFile(path, []byte("last week"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err := report.Save(path, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
	content, err := os.ReadFile(path)
	if err != nil || string(content) != "last week" {
		t.Errorf("the old file is %q, %v", content, err)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 1 {
		t.Errorf("%d files, want only the old one", len(entries))
	}
}
