package engine_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"minewatch/analyze/engine"
)

// analyst is a locked session over a lake with one view.
func analyst(t *testing.T) (*engine.DB, string) {
	t.Helper()
	lake := t.TempDir()
	db, err := engine.Open(t.Context(), engine.Options{Lake: lake, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := errors.Join(db.Read(t.Context(), "raw_flows"), db.Alias(t.Context(), "flows", "view_flows"), db.Lock(t.Context())); err != nil {
		t.Fatal(err)
	}
	return db, lake
}

func ask(t *testing.T, db *engine.DB, text string) error {
	t.Helper()
	rows, err := db.Ask(t.Context(), text)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		continue
	}
	return rows.Err()
}

func TestAskReads(t *testing.T) {
	db, _ := analyst(t)
	for _, text := range []string{
		"select count(*) from flows", "from flows", "with x as (select 1) select * from x;", "values (1)",
		"describe flows", "show tables", "summarize flows", "explain select 1", "EXPLAIN ANALYZE select 1",
		"set variable address = '192.0.2.1'", "select getvariable('address'), ip_lo(getvariable('address'))",
		"-- a comment first\nselect 1",
	} {
		if err := ask(t, db, text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestAskRefuses: nothing that an analyst writes can change the lake, leave
// it, or change the session.
func TestAskRefuses(t *testing.T) {
	db, lake := analyst(t)
	inside := filepath.Join(lake, "x")
	for _, text := range []string{
		"copy (select 1) to '" + inside + ".csv'",
		"explain analyze copy (select 1) to '" + inside + ".csv'",
		"explain (analyze) copy (select 1) to '" + inside + ".csv'",
		"/* */ explain analyze copy (select 1) to '" + inside + ".csv'",
		"export database '" + inside + "'",
		"select 1; copy (select 1) to '" + inside + ".csv'",
		"set variable x = (select 1); copy (select 1) to '" + inside + ".csv'",
		"set variable x = 1); copy (select 1) to '" + inside + ".csv'; select (1",
		"create table t as select 1", "insert into flows select * from flows", "drop view flows",
		"attach '" + inside + ".db' as other", "install httpfs", "load httpfs", "set memory_limit = '90GB'", "pragma database_list",
		"call pragma_version()", "prepare p as select 1", "vacuum", "begin",
		"select * from read_text('/etc/hostname')", "select * from read_csv('/etc/passwd')", "select * from glob('/etc/*')",
		"selec 1", "",
	} {
		if err := ask(t, db, text); err == nil {
			t.Errorf("%q was run", text)
		}
	}
	if left, _ := os.ReadDir(lake); len(left) > 0 {
		t.Errorf("the lake was written: %v", left)
	}
}
