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

The night: ` + "`raw_found` and `raw_flow_counts` (the one big scan, package `analyze/flowscan`) → `int_pool_flows` → `int_observations` → `mart_contacts`" + `; the ranking
of any period: ` + "`raw_contacts` → `stg_contacts` → `int_meetings`, with `int_figures` → `int_host_grades` → `mart_evidence`, `mart_suspects`" + `;
the hunt, of which nothing is stored: ` + "`stg_flows` → `int_hunt_activity`, `int_hunt_slots` → `raw_hunt_pairs` → `mart_hunt_evidence`, `mart_hunt`" + `.
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

// TestDocTables: docs/tables.md says what the comments in raw_*.sql say.
func TestDocTables(t *testing.T) {
	all, err := queries.All()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(tablesIntro)
	for _, table := range []struct{ relation, title, view, about string }{
		{"raw_contacts", "contacts", "contacts", "`contacts/day=YYYY-MM-DD/*.parquet`. The view leaves out the three lists at the end, which fill a screen: read the files for them."},
		{"raw_figures", "figures", "", "`figures/day=YYYY-MM-DD/*.parquet`. There is no view: rankings of many days are made from them, and nothing is in them that the contacts do not say."},
		{"raw_week_meetings", "week_meetings", "", "`week_meetings/day=YYYY-MM-DD/*.parquet`. There is no view: rankings of many weeks read them, and nothing is in them that the contacts do not say."},
		{"raw_week_figures", "week_figures", "", "`week_figures/day=YYYY-MM-DD/*.parquet`. There is no view: they go with week_meetings."},
		{"raw_past", "past", "", "`past/day=YYYY-MM-DD/*.parquet`. There is no view: histories begin with the last one, and nothing is in it that the suspects and contacts do not say."},
		{"raw_watched", "watched", "", "`watched/day=YYYY-MM-DD/*.parquet`. There is no view: it goes with past, and nothing is in it that the coverage does not say."},
		{"raw_suspects", "suspects", "suspects", "`suspects/day=YYYY-MM-DD/*.parquet`. Grades, scores and rules are those of [scoring](scoring.md); where contacts of a host support a grade, the figures are of those alone."},
		{"raw_evidence", "evidence", "evidence", "`evidence/day=YYYY-MM-DD/*.parquet`. The names are those of [scoring](scoring.md#score)."},
		{"raw_coverage", "coverage", "coverage", "`coverage/day=YYYY-MM-DD/*.parquet`."},
		{"raw_feed", "pools", "pools", "`feeds/*/entries.csv`, see [feeds](feeds.md). The view has one row for each entry and feed of the effective versions."},
		{"raw_names", "names", "names", "`feeds/*/standing_names.csv`, see [feeds](feeds.md#names). The view has one row for each named endpoint and answer of the effective versions."},
		{"raw_answers", "answers", "", "`feeds/*/answers.csv`, see [feeds](feeds.md#names). The view `names` has them beside the names."},
		{"raw_ledger", "units", "units", "`ledger/*/ranges.csv`, see [ledger](ledger.md). The view has the rows of the current version, without codes and phones."},
		{"raw_exclusions", "exclusions", "", "`ledger/*/exclusions.csv`, see [ledger](ledger.md#columns-of-the-exclusions). There is no view: `contacts` says which exclusion applied."},
	} {
		q := all[table.relation]
		fmt.Fprintf(&b, "\n## %s\n\n%s Files: %s\n\n| column | type | meaning |\n|---|---|---|\n", table.title, oneRow(q.Grain), table.about)
		for _, c := range q.Columns {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", c.Name, c.Type, c.Comment)
		}
		if own := all["view_"+table.view].Columns; len(own) > 0 {
			b.WriteString("\nIn the view:\n\n")
			for _, c := range own {
				fmt.Fprintf(&b, "- `%s`: %s\n", c.Name, c.Comment)
			}
		}
	}
	golden(t, "../docs/tables.md", b.String())
}

// oneRow is the grain as a sentence.
func oneRow(grain string) string { return sentence(grain) + "." }

const tablesIntro = `# Tables

What each column of the lake means, beyond the flows themselves, which are in [schema](schema.md). This page is made from the
comments in ` + "`queries/raw_*.sql`" + ` (` + "`make generate`" + `); ` + "`minewatch sql`" + ` shows the same:

    select column_name, data_type, comment from duckdb_columns() where table_name = 'contacts'

**Time.** Times are UTC. A day is one of the zone in the configuration, ` + "`site.zone`" + `, and so may have 23 or 25 hours; it is a label, not a
time. Days and ends that come from the ledger are in the calendar of the site and have no zone.

**Addresses** are text as RFC 5952 writes it, and beside it two signed 64-bit halves of 128 bits, IPv4 as ::ffff:a.b.c.d. The halves are
faster than the text. The functions of ` + "`minewatch sql`" + ` that turn one into the other:

| function | gives |
|---|---|
| ip_text(hi, lo) | the text of an address |
| ip_hi(text), ip_lo(text) | the halves of an address |
| ip_key(hi, lo) | one number that sorts as the address does |
| in_prefix(hi, lo, prefix) | whether the address lies in a prefix: '192.0.2.0/24', '2001:db8::/32', or an address alone; host bits are cut off |
| prefix_first_hi(prefix), prefix_last_hi(prefix), prefix_first_lo(prefix), prefix_last_lo(prefix) | the bounds of both halves, for a ` + "`between`" + ` or a join with a table of prefixes |

    select dst, count(*) from flows where in_prefix(src_hi, src_lo, '10.64.0.0/16') group by dst

With a literal or getvariable(), in_prefix becomes four comparisons with constants inside the Parquet scan: it skips row groups that
cannot match and reads the other columns only where rows do. On two cores it filtered the 3.0 million flows of the made-up week
in 0.25 s, 12 million rows a second, where ` + "`src like '10.64.%'`" + ` took 2.2 s. Joined by ` + "`or`" + `, for both sides of a flow, they are
compared after the scan: ask for sources and destinations apart, as the query doc_top_talkers_of_prefix of [queries](queries.md) does. '::/0' holds every
address, IPv4 too.
`

// TestFlowColumns: raw_flows says of each column what docs/schema.md says,
// which is made from the writer's own schema.
func TestFlowColumns(t *testing.T) {
	all, err := queries.All()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../docs/schema.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all["raw_flows"].Columns {
		_, row, _ := strings.Cut(string(page), "\n| "+c.Name+" | ")
		row, _, _ = strings.Cut(row, "\n")
		withUnit := strings.Replace(c.Comment, "; ", " | ", 1)
		if !strings.HasSuffix(row, " |  | "+c.Comment+" |") && !strings.HasSuffix(row, " | "+withUnit+" |") {
			t.Errorf("raw_flows.%s: %q, docs/schema.md: %q", c.Name, c.Comment, row)
		}
	}
}

// TestDocScoring: the tables of docs/scoring.md are the tables of the code.
func TestDocScoring(t *testing.T) {
	text, err := os.ReadFile("../docs/scoring.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for name, list := range map[string][]analyze.Threshold{"thresholds": analyze.Thresholds, "hunt": analyze.HuntThresholds} {
		begin, end := "<!-- "+name+": generated -->\n", "<!-- end of "+name+" -->\n"
		head, rest, ok := strings.Cut(page, begin)
		_, tail, ok2 := strings.Cut(rest, end)
		if !ok || !ok2 {
			t.Fatalf("docs/scoring.md has lost its markers of %s", name)
		}
		var b strings.Builder
		b.WriteString(head + begin + "| threshold | default | unit | why |\n|---|---|---|---|\n")
		for _, th := range list {
			fmt.Fprintf(&b, "| `%s` | %g | %s | %s |\n", th.Name, th.Default, th.Unit, th.Reason)
		}
		b.WriteString(end + tail)
		page = b.String()
	}
	golden(t, "../docs/scoring.md", page)
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
