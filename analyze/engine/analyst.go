package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/duckdb/duckdb-go/v2"
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
// COPY would still be possible after Lock, so the kind of the statement is
// checked before it runs.
func (d *DB) Ask(ctx context.Context, text string) (*sql.Rows, error) {
	if err := d.reads(ctx, text); err != nil {
		return nil, err
	}
	return d.Query(ctx, text)
}

func (d *DB) reads(ctx context.Context, text string) error {
	return d.conn.Raw(func(driver any) error {
		conn, ok := driver.(*duckdb.Conn)
		if !ok {
			return fmt.Errorf("unexpected driver %T", driver)
		}
		prepared, err := conn.PrepareContext(ctx, text)
		if err != nil {
			return explain(err)
		}
		defer prepared.Close() //nolint:errcheck // nothing was run
		stmt, ok := prepared.(*duckdb.Stmt)
		if !ok {
			return fmt.Errorf("unexpected statement %T", prepared)
		}
		kind, err := stmt.StatementType()
		if err != nil {
			return err
		}
		switch kind {
		case duckdb.STATEMENT_TYPE_SELECT, duckdb.STATEMENT_TYPE_VARIABLE_SET, duckdb.STATEMENT_TYPE_RELATION:
			return nil
		case duckdb.STATEMENT_TYPE_EXPLAIN:
			return nil
		default:
			return ErrReadOnly
		}
	})
}

// Alias gives a relation a second name, with the relation's purpose and
// grain as a comment that describe and duckdb_views() show.
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
			return fmt.Errorf("view %s: %w", name, explain(err))
		}
	}
	return nil
}
