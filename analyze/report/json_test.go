package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"minewatch/analyze/report"
)

func TestDocumentGolden(t *testing.T) {
	var out bytes.Buffer
	if err := report.Document(&out, sampleWeek(), report.English); err != nil {
		t.Fatal(err)
	}
	golden(t, "week-en.json", out.Bytes())
	var d struct {
		Schema string
		Tables map[string][]map[string]any
	}
	if err := json.Unmarshal(out.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	if d.Schema != report.Schema {
		t.Errorf("schema %q, want %q", d.Schema, report.Schema)
	}
	for _, s := range report.SheetsOf(t, sampleWeek(), report.English) {
		if got := d.Tables[s.Name()]; len(got) != len(s.Rows()) || len(got[0]) != len(s.Columns()) {
			t.Errorf("table %s: %d rows, want %d of %d columns", s.Name(), len(got), len(s.Rows()), len(s.Columns()))
		}
	}
}

// A week without anything has empty lists, never null.
func TestDocumentOfAnEmptyWeek(t *testing.T) {
	var out bytes.Buffer
	if err := report.Document(&out, &report.Week{Name: "2026-W46"}, report.Chinese); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(strings.ReplaceAll(out.String(), `"last_week": null`, ""), "null") {
		t.Errorf("a list is null:\n%s", out.String())
	}
}

// docs/report.md has the columns of every table, from the same list that the
// formats write.
func TestDocColumns(t *testing.T) {
	const path, begin, end = "../../docs/report.md", "<!-- columns: generated -->\n", "<!-- end -->"
	var b strings.Builder
	b.WriteString(begin)
	for _, s := range report.SheetsOf(t, sampleWeek(), report.English) {
		fmt.Fprintf(&b, "\n### %s\n\n| column | type | in the workbook | meaning |\n|---|---|---|---|\n", s.Name())
		for _, name := range s.Columns() {
			f := report.FieldOf(name)
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", name, f.Kind(), f.Heading(), f.Meaning())
		}
	}
	b.WriteString("\n")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, found := strings.Cut(string(text), begin)
	_, tail, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s has no generated part", path)
	}
	want := head + b.String() + end + tail
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(text) {
		t.Errorf("%s differs from the tables: run make generate", path)
	}
}
