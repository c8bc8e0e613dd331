package engine

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"minewatch/queries"
)

// ErrReadOnly is returned for a statement that would change something.
var ErrReadOnly = errors.New("this session only reads: select, with, from, values, describe, show, summarize and explain are run, and set variable")

// Lock closes the session for an analyst: files outside the lake cannot be
// read, settings cannot be changed, nothing can be loaded or attached. Views
// over the lake must exist before.
func (d *DB) Lock(ctx context.Context) error {
	for _, s := range []string{
		"set allowed_directories = [" + quote(d.lake+"/") + ", " + quote(d.temp+"/") + "]",
		"set enable_external_access = false",
		"set lock_configuration = true",
	} {
		if _, err := d.conn.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("lock the session: %w", err)
		}
	}
	return nil
}

// Ask runs one statement of an analyst, if it only reads. Inside the lake a
// COPY would still be possible after Lock, and preparing some statements
// already runs them, so the text is parsed before the engine sees it.
func (d *DB) Ask(ctx context.Context, text string) (*sql.Rows, error) {
	if err := d.reads(ctx, text); err != nil {
		return nil, err
	}
	rows, err := d.Query(ctx, text)
	if errors.Is(err, ErrGone) {
		// The views of a session list the lake anew with every statement.
		rows, err = d.Query(ctx, text)
	}
	return rows, err
}

var (
	explainPrefix = regexp.MustCompile(`(?is)^\s*explain\s+(?:analyze\s+|\([^()]*\)\s*)?(.+)$`)
	setVariable   = regexp.MustCompile(`(?is)^\s*set\s+variable\s+\w+\s*(?:=|to)\s*(.+?);?\s*$`)
)

// question is the query within a statement.
func question(text string) string {
	for m := explainPrefix.FindStringSubmatch(text); m != nil; m = explainPrefix.FindStringSubmatch(text) {
		text = m[1]
	}
	if m := setVariable.FindStringSubmatch(text); m != nil {
		text = "select (" + m[1] + ")"
	}
	return text
}

// Sources are the raw_ relations that the views in an analyst's statement read; none
// for one that cannot be parsed.
func (d *DB) Sources(ctx context.Context, text string) (raw []string) {
	tree, err := d.parse(ctx, text)
	if err != nil {
		return nil
	}
	for _, table := range tablesIn(tree) {
		for _, name := range []string{table, "view_" + table} {
			steps, err := queries.Order(d.queries, name)
			if err != nil {
				continue // a relation of the statement's own
			}
			for _, q := range steps {
				if q.Layer() == "raw" {
					raw = append(raw, q.Name)
				}
			}
		}
	}
	slices.Sort(raw)
	return slices.Compact(raw)
}

// tablesIn are the tables and views that are named anywhere in a parsed query.
func tablesIn(tree any) (names []string) {
	switch node := tree.(type) {
	case []any:
		for _, inner := range node {
			names = append(names, tablesIn(inner)...)
		}
	case map[string]any:
		if name, ok := node["table_name"].(string); ok && node["type"] == "BASE_TABLE" {
			names = append(names, strings.ToLower(name))
		}
		for _, inner := range node {
			names = append(names, tablesIn(inner)...)
		}
	}
	return names
}

// reads is nil for a single statement that is a query, an EXPLAIN of one, or
// a SET VARIABLE to the value of one.
func (d *DB) reads(ctx context.Context, text string) error {
	_, err := d.parse(ctx, text)
	return err
}

// parse is the tree of a statement that only reads. json_serialize_sql parses without
// binding or running anything, and knows nothing but queries.
func (d *DB) parse(ctx context.Context, text string) (tree any, err error) {
	var verdict string
	if err := d.conn.QueryRowContext(ctx, "select json_serialize_sql(?::varchar)::varchar", question(text)).Scan(&verdict); err != nil {
		return nil, Explain(err)
	}
	var parsed struct {
		Error      bool   `json:"error"`
		Type       string `json:"error_type"`
		Message    string `json:"error_message"`
		Statements []any  `json:"statements"`
	}
	switch err := json.Unmarshal([]byte(verdict), &parsed); {
	case err != nil:
		return nil, err
	case parsed.Error && parsed.Type == "parser":
		return nil, errors.New("Parser Error: " + parsed.Message)
	case parsed.Error:
		return nil, ErrReadOnly
	case len(parsed.Statements) != 1:
		return nil, fmt.Errorf("%d statements at once: run one after the other", len(parsed.Statements))
	}
	return parsed.Statements[0], nil
}

// Defer makes Build put off the work to the question: from now on every target
// is a view. For a session in which most of them are never asked.
func (d *DB) Defer() { d.defers = true }

// promise makes each target a view over raw_ relations alone, with the steps
// between as its common table expressions. Views over views would do, but
// the engine plans one anew wherever another names it: at ten steps that takes a
// second.
func (d *DB) promise(ctx context.Context, targets []string) error {
	for _, target := range targets {
		order, err := queries.Order(d.queries, target)
		if err != nil {
			return err
		}
		var steps []string
		for _, q := range order {
			switch {
			case q.Layer() == "raw" && !d.built[q.Name]:
				return fmt.Errorf("build %s: nothing was read into %s", target, q.Name)
			case q.Layer() != "raw" && q.Name != target:
				steps = append(steps, q.Name+" as ("+q.SQL+"\n)")
			}
		}
		text := d.queries[target].SQL
		if len(steps) > 0 {
			text = "with " + strings.Join(steps, ", ") + " select * from (" + text + "\n)"
		}
		if _, err := d.conn.ExecContext(ctx, "create or replace view "+target+" as "+text); err != nil {
			return fmt.Errorf("query %s: %w", target, Explain(err))
		}
	}
	return nil
}

// Alias gives a relation a second name, with the relation's purpose and
// grain as a comment that duckdb_views() shows, and what each column means as
// comments that duckdb_columns() shows.
func (d *DB) Alias(ctx context.Context, name, relation string) error {
	if err := d.Build(ctx, relation); err != nil {
		return err
	}
	q := d.queries[relation]
	for _, s := range []string{
		"create or replace view " + name + " as select * from " + relation,
		"comment on view " + name + " is " + quote(q.Purpose+" Grain: "+q.Grain),
	} {
		if _, err := d.conn.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("view %s: %w", name, Explain(err))
		}
	}
	columns, err := d.columnNames(ctx, name)
	if err != nil {
		return fmt.Errorf("view %s: %w", name, err)
	}
	for _, c := range columns {
		s := fmt.Sprintf(`comment on column %s."%s" is %s`, name, c, quote(queries.Explain(d.queries, relation, c)))
		if _, err := d.conn.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("view %s, column %s: %w", name, c, Explain(err))
		}
	}
	return nil
}

func (d *DB) columnNames(ctx context.Context, view string) ([]string, error) {
	var names []string
	err := d.Each(ctx, "select column_name from duckdb_columns() where table_name = ? order by column_index", func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	}, view)
	return names, err
}
