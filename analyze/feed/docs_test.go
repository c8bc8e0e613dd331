package feed_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"minewatch/analyze/feed"
)

// TestDocs holds docs/feeds.md to the tables that it describes.
func TestDocs(t *testing.T) {
	data, err := os.ReadFile("../../docs/feeds.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{} // by the first cell of a table's row
	for line := range strings.Lines(string(data)) {
		if first, rest, ok := strings.Cut(strings.TrimPrefix(line, "| "), " | "); ok && strings.HasPrefix(line, "| ") {
			rows[first] = rest
		}
	}
	for _, f := range feed.FormatTable {
		if row, want := rows["`--format "+string(f.Name)+"`"], f.What+" | "+f.Marks+" | "; !strings.HasPrefix(row, want) {
			t.Errorf("format %s: %q, want it with %q", f.Name, row, want)
		}
	}
	for _, kind := range feed.Kinds() {
		if _, ok := rows["`"+string(kind)+"`"]; !ok {
			t.Errorf("negative lists of the kind %s are not described", kind)
		}
	}
	for _, f := range feed.TableFields {
		aliases := ""
		if len(f.Aliases) > 0 {
			aliases = "`" + strings.Join(f.Aliases, "`, `") + "` |"
		}
		if row, ok := rows["`"+f.Name+"`"]; !ok || !strings.HasPrefix(row, aliases) {
			t.Errorf("column %s: %q, want it with %s", f.Name, row, aliases)
		}
	}
	for evidence, confidence := range feed.DefaultConfidence {
		if row := rows["`"+string(evidence)+"`"]; !strings.HasPrefix(row, fmt.Sprintf("%d | ", confidence)) {
			t.Errorf("evidence %s: %q, want confidence %d", evidence, row, confidence)
		}
	}
	for word, evidence := range feed.EvidenceWords {
		if row := rows["`"+string(evidence)+"`"]; !strings.Contains(row, "`"+word+"`") {
			t.Errorf("evidence %s: %q does not have the word %s", evidence, row, word)
		}
	}
}
