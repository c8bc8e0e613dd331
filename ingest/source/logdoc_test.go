package source_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/flow"
	"minewatch/ingest/source"
)

// TestLogDocumentation keeps the tables in docs/imports.md equal to what is
// read.
func TestLogDocumentation(t *testing.T) {
	const file = "../../docs/imports.md"
	var formats, fields strings.Builder
	for _, f := range source.LogFormats {
		fmt.Fprintf(&formats, "| %s | %s | %s |\n", f.Writer, f.Marks, f.Name)
		if f.Fields == nil {
			fmt.Fprintf(&fields, "\nThe columns of any other table are in [flow CSV](flow-csv.md).\n")
			continue
		}
		fmt.Fprintf(&fields, "\n## Fields of %s\n\n| field | column |\n|---|---|\n", f.Writer)
		for _, field := range f.Fields {
			fmt.Fprintf(&fields, "| `%s` | %s |\n", field.Name, field.Column)
		}
	}
	checkPart(t, file, "formats", formats.String())
	checkPart(t, file, "fields", fields.String()+"\n")
}

// checkPart compares what stands in a page between the marks of a part, or
// writes it.
func checkPart(t *testing.T, file, part, want string) {
	t.Helper()
	begin := "<!-- " + part + ": written by go test ./ingest/source -update -->\n"
	end := "<!-- end of " + part + " -->\n"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(b), begin)
	old, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no part between %q and %q", file, begin, end)
	}
	if *update {
		if err := os.WriteFile(file, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, old); diff != "" {
		t.Errorf("run go test ./ingest/source -update, for %s is not up to date:\n%s", file, diff)
	}
}

// TestLogFormats: the table ends with what takes anything, and every name is a
// format that a CSV may name too.
func TestLogFormats(t *testing.T) {
	last := source.LogFormats[len(source.LogFormats)-1]
	if last.Name != flow.CSV {
		t.Errorf("the last format is %s", last.Name)
	}
	for _, f := range source.LogFormats {
		got, rejected := readLog(t, "first,last,src,dst,format\n1,2,10.0.0.1,10.0.0.2,"+string(f.Name)+"\n", source.LogOptions{})
		if rejected != nil || got[0].Format != f.Name {
			t.Errorf("%s: %v", f.Name, rejected)
		}
	}
}
