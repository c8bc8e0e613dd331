package ledger_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"minewatch/analyze/ledger"
)

// TestDocs holds docs/ledger.md to the columns that it describes.
func TestDocs(t *testing.T) {
	data, err := os.ReadFile("../../docs/ledger.md")
	if err != nil {
		t.Fatal(err)
	}
	ranges, exclusions, ok := strings.Cut(string(data), "## Columns of the exclusions")
	if !ok {
		t.Fatal("docs/ledger.md has no section on the exclusions")
	}
	for _, f := range ledger.RangeFields {
		expectRow(t, ranges, f.Name, f.Aliases)
	}
	for _, f := range ledger.ExclusionFields[len(ledger.AddressFields):] {
		expectRow(t, exclusions, f.Name, f.Aliases)
	}
}

// TestDocSectors holds docs/ledger.md to the words that are known.
func TestDocSectors(t *testing.T) {
	data, err := os.ReadFile("../../docs/ledger.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, words := range ledger.SectorWords() {
		if row := "| " + name + " | " + strings.Join(words, ", ") + " |\n"; !strings.Contains(string(data), row) {
			t.Errorf("docs/ledger.md has no row %q", row)
		}
	}
}

// expectRow looks for the table's row of a column with all its other names.
func expectRow(t *testing.T, text, name string, aliases []string) {
	t.Helper()
	for line := range strings.Lines(text) {
		cells := strings.Split(line, " | ")
		if cells[0] != "| `"+name+"`" {
			continue
		}
		if listed := strings.Split(strings.ReplaceAll(cells[1], "`", ""), ", "); !slices.Equal(listed, aliases) {
			t.Errorf("column %s: other names are %q, want %q", name, listed, aliases)
		}
		return
	}
	t.Errorf("column %s is not there", name)
}
