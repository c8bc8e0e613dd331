package source_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/source"
)

var update = flag.Bool("update", false, "write the table of columns into docs/flow-csv.md")

// TestCSVDocumentation keeps the table of columns in docs/flow-csv.md equal to
// the columns that are read.
func TestCSVDocumentation(t *testing.T) {
	const (
		file  = "../../docs/flow-csv.md"
		begin = "<!-- columns: written by go test ./ingest/source -update -->\n"
		end   = "<!-- end of columns -->\n"
	)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(b), begin)
	old, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no table between %q and %q", file, begin, end)
	}
	var table strings.Builder
	table.WriteString("| column | also known as | form | meaning |\n|---|---|---|---|\n")
	for _, c := range source.CSVColumns {
		aliases := ""
		if len(c.Aliases) > 0 {
			aliases = "`" + strings.Join(c.Aliases, "`, `") + "`"
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", c.Name, aliases, c.Form, c.Meaning)
	}
	if *update {
		if err := os.WriteFile(file, []byte(before+begin+table.String()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(table.String(), old); diff != "" {
		t.Errorf("run go test ./ingest/source -update, for %s is not up to date:\n%s", file, diff)
	}
}

// TestCSVNamesAreDistinct fails when two columns claim one spelling.
func TestCSVNamesAreDistinct(t *testing.T) {
	plain := strings.NewReplacer("_", "")
	claimed := map[string]string{}
	for _, c := range source.CSVColumns {
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			if other, taken := claimed[plain.Replace(name)]; taken {
				t.Errorf("%s means %s and %s", name, other, c.Name)
			}
			claimed[plain.Replace(name)] = c.Name
		}
	}
}
