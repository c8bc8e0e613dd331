package source_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"minewatch/ingest/source"
)

var update = flag.Bool("update", false, "write the tables of columns into docs/flow-csv.md and docs/imports.md")

// TestCSVDocumentation keeps the table of columns in docs/flow-csv.md equal to
// the columns that are read.
func TestCSVDocumentation(t *testing.T) {
	var table strings.Builder
	table.WriteString("| column | also known as | form | meaning |\n|---|---|---|---|\n")
	for _, c := range source.CSVColumns {
		aliases := ""
		if len(c.Aliases) > 0 {
			aliases = "`" + strings.Join(c.Aliases, "`, `") + "`"
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", c.Name, aliases, c.Form, c.Meaning)
	}
	checkPart(t, "../../docs/flow-csv.md", "columns", table.String())
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
