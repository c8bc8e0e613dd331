package analyze_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"minewatch/analyze"
	"minewatch/queries"
)

var update = flag.Bool("update", false, "write the generated parts of docs/ anew")

// TestDocQueries: docs/queries.md says what the headers say.
func TestDocQueries(t *testing.T) {
	all, err := queries.All()
	if err != nil {
		t.Fatal(err)
	}
	layers := []struct{ layer, title, about string }{
		{"raw", "Read from the lake", "The shapes of the files. The engine puts files behind these names."},
		{"stg", "Cleaned", "Typed, filtered and named; nothing is joined yet, but what an entry needs to be complete."},
		{"int", "Steps", "Each step of the night and of the grading, once."},
		{"mart", "Read by people", "What is published, ranked and reported."},
		{"chk", "Checks", "Offending rows. A row stops the run with exit code 4, and nothing is published."},
		{"view", "Analysts' views", "What `minewatch sql` shows under the name without `view_`."},
		{"doc", "Examples", "Queries to start from; tests run them."},
	}
	var b strings.Builder
	b.WriteString(`# Queries

The analysis is SQL: one bare SELECT a file in ` + "`queries/`" + `, the file name is the relation. This page is made from
the headers of the files (` + "`make generate`" + `); tests hold the headers against the SQL.

The night: ` + "`raw_flows` → `stg_flows` → `int_pool_flows` (the one big scan) → `int_observations` → `mart_contacts`" + `; the ranking
of any period: ` + "`raw_contacts` → `stg_contacts` → `int_host_grades` → `mart_evidence`, `mart_suspects`" + `.
`)
	listed := 0
	for _, l := range layers {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", l.title, l.about)
		names := []string{}
		for name, q := range all {
			if q.Layer() == l.layer {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			q := all[name]
			fmt.Fprintf(&b, "\n### %s\n\n%s\n\n- grain: %s\n", name, sentence(q.Purpose), q.Grain)
			for _, f := range []struct {
				name string
				list []string
			}{{"inputs", q.Inputs}, {"params", q.Params}} {
				if len(f.list) > 0 {
					fmt.Fprintf(&b, "- %s: `%s`\n", f.name, strings.Join(f.list, "`, `"))
				}
			}
			if q.Notes != "" {
				fmt.Fprintf(&b, "\n%s\n", sentence(q.Notes))
			}
			listed++
		}
	}
	if listed != len(all) {
		t.Errorf("%d of %d queries listed: a layer has no section", listed, len(all))
	}
	golden(t, "../docs/queries.md", b.String())
}

// TestDocScoring: the table of docs/scoring.md is the table of the code.
func TestDocScoring(t *testing.T) {
	const begin, end = "<!-- thresholds: generated -->\n", "<!-- end -->\n"
	text, err := os.ReadFile("../docs/scoring.md")
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("docs/scoring.md has lost its markers")
	}
	var b strings.Builder
	b.WriteString(head + begin + "| threshold | default | unit | why |\n|---|---|---|---|\n")
	for _, th := range analyze.Thresholds {
		fmt.Fprintf(&b, "| `%s` | %g | %s | %s |\n", th.Name, th.Default, th.Unit, th.Reason)
	}
	b.WriteString(end + tail)
	golden(t, "../docs/scoring.md", b.String())
}

// sentence gives a header text its capital.
func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func golden(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the code says: run 'make generate' and read the diff", path)
	}
}
