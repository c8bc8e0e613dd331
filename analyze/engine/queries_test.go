package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"minewatch/analyze"
	"minewatch/analyze/engine"
	"minewatch/queries"
)

// open starts a session in which every raw_ relation is empty and every
// variable has a value.
func open(t *testing.T) *engine.DB {
	t.Helper()
	ctx := t.Context()
	db, err := engine.Open(ctx, engine.Options{Lake: t.TempDir(), Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for _, th := range slices.Concat(analyze.Thresholds, analyze.HuntThresholds) {
		set(t, db, th.Name, th.Default)
	}
	for name, value := range map[string]any{
		"day":          engine.Day("2026-11-10"),
		"day_start_ms": int64(1_000_000_000_000),
		"day_end_ms":   int64(1_000_086_400_000),
		"window_from":  engine.Day("2026-11-04"), "window_to": engine.Day("2026-11-10"),
		"hunt_days": int64(1),
		"as_of":     time.UnixMilli(1_000_086_400_000), "exclusions_on": engine.Day("2026-11-10"),
		"region_city": "", "region_county": "", "address": "198.18.0.1", "prefix": "198.18.0.0/15", "subject_kind": "host", "subject": "10.0.0.1",
	} {
		set(t, db, name, value)
	}
	for name, q := range all(t) {
		if q.Layer() == "raw" {
			if err := db.Values(ctx, name, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	return db
}

func set(t *testing.T, db *engine.DB, name string, value any) {
	t.Helper()
	if err := db.Set(t.Context(), name, value); err != nil {
		t.Fatal(err)
	}
}

func all(t *testing.T) map[string]queries.Query {
	t.Helper()
	list, err := queries.All()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// text runs a statement that gives one value.
func text(t *testing.T, db *engine.DB, statement string, args ...any) string {
	t.Helper()
	rows, err := db.Query(t.Context(), statement, args...)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	defer rows.Close()
	if !rows.Next() {
		t.Fatalf("%s: no row: %v", statement, rows.Err())
	}
	var v any
	if err := rows.Scan(&v); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(v)
}

// TestEveryQueryRuns builds every relation over empty inputs: types fit, and
// nothing to find is no error.
func TestEveryQueryRuns(t *testing.T) {
	db := open(t)
	for name, q := range all(t) {
		if err := db.Build(context.Background(), name); err != nil {
			t.Error(err)
		}
		if n, err := db.Count(context.Background(), name); err == nil && n > 0 && q.Layer() == "chk" {
			t.Errorf("%s: %d faults in nothing", name, n)
		}
	}
}

// TestHeaders holds what each header says against the SQL itself.
func TestHeaders(t *testing.T) {
	db := open(t)
	param := regexp.MustCompile(`getvariable\('(\w+)'\)`)
	for name, q := range all(t) {
		var inputs []string
		serialized := text(t, db, "select json_serialize_sql(?::varchar)::varchar", q.SQL)
		if strings.Contains(serialized, `"error":true`) {
			t.Errorf("%s is no single SELECT: %s", name, serialized)
			continue
		}
		tables, ctes := walk(t, serialized)
		for _, table := range tables {
			if !slices.Contains(ctes, table) && !slices.Contains(inputs, table) {
				inputs = append(inputs, table)
			}
		}
		compare(t, name+": inputs", q.Inputs, inputs)

		var params []string
		for _, m := range param.FindAllStringSubmatch(q.SQL, -1) {
			if !slices.Contains(params, m[1]) {
				params = append(params, m[1])
			}
		}
		compare(t, name+": params", q.Params, params)
		style(t, name, q)
	}
}

// style are the rules of the house for SQL files.
func style(t *testing.T, name string, q queries.Query) {
	t.Helper()
	upper := regexp.MustCompile(`\b(SELECT|FROM|WHERE|JOIN|GROUP|ORDER|UNION|CASE|WHEN)\b`)
	for i, line := range strings.Split(q.SQL, "\n") {
		code, _, _ := strings.Cut(line, "--")
		if upper.MatchString(code) || strings.Contains(line, "\t") || strings.HasSuffix(line, " ") {
			t.Errorf("%s.sql:%d: keywords are lower case, no tabs, no trailing blanks: %s", name, i+1, line)
		}
	}
}

func compare(t *testing.T, what string, header, found []string) {
	t.Helper()
	slices.Sort(found)
	sorted := slices.Sorted(slices.Values(header))
	if !slices.Equal(sorted, found) {
		t.Errorf("%s: the header says %v, the SQL reads %v", what, sorted, found)
	}
}

// walk collects the table names and the CTE names of a serialized statement.
func walk(t *testing.T, serialized string) (tables, ctes []string) {
	t.Helper()
	var tree any
	if err := json.Unmarshal([]byte(serialized), &tree); err != nil {
		t.Fatal(err)
	}
	var visit func(any)
	visit = func(node any) {
		switch n := node.(type) {
		case map[string]any:
			if n["type"] == "BASE_TABLE" {
				tables = append(tables, n["table_name"].(string))
			}
			if m, ok := n["cte_map"].(map[string]any); ok {
				if list, ok := m["map"].([]any); ok {
					for _, e := range list {
						ctes = append(ctes, e.(map[string]any)["key"].(string))
					}
				}
			}
			for _, child := range n {
				visit(child)
			}
		case []any:
			for _, child := range n {
				visit(child)
			}
		}
	}
	visit(tree)
	return tables, ctes
}

// TestShapes proves that what one run writes is what the next one reads.
func TestShapes(t *testing.T) {
	db := open(t)
	for mart, raw := range map[string]string{
		"mart_contacts": "raw_contacts", "mart_coverage": "raw_coverage",
		"mart_night_suspects": "raw_suspects", "mart_night_evidence": "raw_evidence",
		"mart_night_figures": "raw_figures", "mart_night_week_meetings": "raw_week_meetings", "mart_night_week_figures": "raw_week_figures", "mart_night_past": "raw_past", "mart_night_watched": "raw_watched",
		"int_hunt_pairs": "raw_hunt_pairs",
	} {
		if err := db.Build(t.Context(), mart); err != nil {
			t.Fatal(err)
		}
		shape := func(relation string) string {
			return text(t, db, "select string_agg(column_name || ' ' || column_type, chr(10)) from (describe select * from "+relation+")")
		}
		if got, want := shape(mart), shape(raw); got != want {
			t.Errorf("%s writes\n%s\n\n%s declares\n%s", mart, got, raw, want)
		}
	}
}

// names lists the columns of a relation.
func names(t *testing.T, db *engine.DB, relation string) []string {
	t.Helper()
	return strings.Split(text(t, db, "select string_agg(column_name, ',') from (describe select * from "+relation+")"), ",")
}

// TestRawColumns: each column of the lake is declared on a line of its own,
// with a type and with what it means.
func TestRawColumns(t *testing.T) {
	db := open(t)
	for name, q := range all(t) {
		if q.Layer() != "raw" {
			continue
		}
		var declared []string
		for _, c := range q.Columns {
			declared = append(declared, c.Name)
			if c.Type == "" || c.Comment == "" {
				t.Errorf("%s.%s has type %q and comment %q", name, c.Name, c.Type, c.Comment)
			}
		}
		if got := names(t, db, name); !slices.Equal(got, declared) {
			t.Errorf("%s has the columns %v, but its lines declare %v", name, got, declared)
		}
	}
}

// TestViewColumns: an analyst can ask the session what each column means.
func TestViewColumns(t *testing.T) {
	db := open(t)
	for _, view := range analyze.AnalystViews {
		if err := db.Alias(t.Context(), view.Name, "view_"+view.Name); err != nil {
			t.Fatal(err)
		}
		if n := text(t, db, "select count(*) from duckdb_columns() where table_name = ? and comment <> ''", view.Name); n != fmt.Sprint(len(names(t, db, view.Name))) {
			t.Errorf("%s: %s of its columns are explained: %v", view.Name, n, names(t, db, view.Name))
		}
	}
	for column, want := range map[string]string{"flows.src": "source address, as text", "contacts.day": "day of site.zone in which the flows were under way"} {
		view, name, _ := strings.Cut(column, ".")
		if got := text(t, db, "select comment from duckdb_columns() where table_name = ? and column_name = ?", view, name); got != want {
			t.Errorf("%s is explained as %q, want %q", column, got, want)
		}
	}
}

// TestContactsView: a person reads text first and no lists; files keep them.
func TestContactsView(t *testing.T) {
	db := open(t)
	if err := db.Build(t.Context(), "view_contacts"); err != nil {
		t.Fatal(err)
	}
	view, file := names(t, db, "view_contacts"), names(t, db, "raw_contacts")
	for _, list := range []string{"active_slots", "session_starts_ms", "session_ends_ms"} {
		if slices.Contains(view, list) || !slices.Contains(file, list) {
			t.Errorf("%s: in the view %t, in the file %t", list, slices.Contains(view, list), slices.Contains(file, list))
		}
	}
	if last := view[len(view)-4:]; !slices.Equal(last, []string{"host_hi", "host_lo", "pool_hi", "pool_lo"}) {
		t.Errorf("the view ends in %v", last)
	}
}
