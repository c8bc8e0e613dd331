package engine

import (
	"context"
	"errors"
)

// Given replaces a relation by the rows of a CSV file, typed as the relation
// itself is; columns that the file lacks are null, and so are empty cells
// without quotes.
func (d *DB) Given(ctx context.Context, relation, path string) error {
	if err := d.Build(ctx, relation); err != nil {
		return err
	}
	delete(d.files, relation)
	for _, s := range []string{
		"create or replace table given_shape as select * from " + relation + " limit 0",
		"drop view if exists " + relation,
		"drop table if exists " + relation,
		"create table " + relation + " as select * from given_shape",
		"insert into " + relation + " by name select * from read_csv(" + quote(path) + ", header = true, all_varchar = true, nullstr = '', allow_quoted_nulls = false)",
	} {
		if _, err := d.conn.ExecContext(ctx, s); err != nil && s[:4] != "drop" {
			return err
		}
	}
	return nil
}

// Exec runs a statement that prepares a test.
func (d *DB) Exec(ctx context.Context, statement string) error {
	_, err := d.conn.ExecContext(ctx, statement)
	return err
}

// ForgetBuilt makes the next Build compute one relation again.
func (d *DB) ForgetBuilt(name string) { delete(d.built, name) }

// Count is the number of rows of a relation.
func (d *DB) Count(ctx context.Context, relation string) (int64, error) {
	var n int64
	err := d.conn.QueryRowContext(ctx, "select count(*) from "+relation).Scan(&n)
	return n, err
}

// Reveal is what a fault of the engine is told as.
func (d *DB) Reveal(ctx context.Context, fault string) error {
	return d.reveal(ctx, errors.New(fault))
}
