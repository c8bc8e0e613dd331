package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"minewatch/analyze/intake"
	"minewatch/analyze/sheet"
	"minewatch/analyze/versions"
)

// Input is a file that somebody handed over.
type Input struct {
	File string // its name, for messages and for the version's name
	Data []byte
}

// Options say how a file is imported. Now is required.
type Options struct {
	Name   string // of a ledger; empty = the file's name without extension. Exclusions have only one
	Limits intake.Limits
	Now    func() time.Time
	Logger *slog.Logger // nil = discard
}

// Result tells what became of an import.
type Result struct {
	intake.Tally
	Version  Version // the one that holds the input
	Existing bool    // it was there before, nothing was stored
}

// Import reads, checks and keeps a ledger as the version that replaces the
// one before it. The result tells what was refused also where Import returns
// an error; then nothing was stored.
func Import(lakeDir string, in Input, o Options) (Result, error) {
	rows, tally, err := Parse(in, o)
	if err != nil {
		return Result{Tally: tally}, err
	}
	result, err := keep(lakeDir, in, o, o.name(in), Ranges, Columns, rows, tally)
	if err != nil {
		return result, fmt.Errorf("ledger %s: %w", in.File, err)
	}
	return result, nil
}

// ImportExclusions is Import for the list of registered exclusions.
func ImportExclusions(lakeDir string, in Input, o Options) (Result, error) {
	rows, tally, err := ParseExclusions(in, o)
	if err != nil {
		return Result{Tally: tally}, err
	}
	result, err := keep(lakeDir, in, o, string(Exclusions), Exclusions, ExclusionColumns, rows, tally)
	if err != nil {
		return result, fmt.Errorf("exclusions %s: %w", in.File, err)
	}
	return result, nil
}

// Parse reads and checks a ledger without keeping it: the rows that Import
// would store, sorted, and what became of every row.
func Parse(in Input, o Options) ([]Row, intake.Tally, error) {
	fault := func(err error) error { return fmt.Errorf("ledger %s: %w", in.File, err) }
	name := o.name(in)
	if err := versions.CheckName(name); err != nil {
		return nil, intake.Tally{}, fault(err)
	}
	if name == string(Exclusions) {
		return nil, intake.Tally{}, fault(fmt.Errorf("the name %q is for exclusions: is it a list of them? Otherwise give it another name", name))
	}
	t, err := readTable(in.Data, rangeFields, []string{"unit"}, parseRange)
	if err != nil {
		return nil, intake.Tally{}, fault(err)
	}
	settle(t)
	for i := range t.rows {
		t.rows[i].Version = versions.ID(name, in.Data)
	}
	t.tally.Kept = len(t.rows)
	if err := t.tally.Judge(o.Limits); err != nil {
		return nil, t.tally, fault(err)
	}
	return t.rows, t.tally, nil
}

// ParseExclusions is Parse for the list of registered exclusions.
func ParseExclusions(in Input, o Options) ([]Exclusion, intake.Tally, error) {
	fault := func(err error) error { return fmt.Errorf("exclusions %s: %w", in.File, err) }
	if o.Name != "" {
		return nil, intake.Tally{}, fault(errors.New("they have no name of their own: the newest list replaces the one before it"))
	}
	t, err := readTable(in.Data, exclusionFields, []string{"reason", "approver", "expires"}, parseExclusion)
	if err != nil {
		return nil, intake.Tally{}, fault(err)
	}
	settleExclusions(t)
	for i := range t.rows {
		t.rows[i].Version = versions.ID(string(Exclusions), in.Data)
	}
	t.tally.Kept = len(t.rows)
	if err := t.tally.Judge(o.Limits); err != nil {
		return nil, t.tally, fault(err)
	}
	return t.rows, t.tally, nil
}

// name is the name of the ledger that in becomes.
func (o *Options) name(in Input) string {
	if o.Name != "" {
		return o.Name
	}
	return versions.NameOf(in.File)
}

// keep adds rows to the lake as the version that replaces those of its kind.
func keep[T any](lakeDir string, in Input, o Options, name string, kind Kind, columns []sheet.Column[T], rows []T, tally intake.Tally) (Result, error) {
	result := Result{Tally: tally}
	var table bytes.Buffer
	if err := sheet.Write(&table, columns, rows); err != nil {
		return result, err
	}
	now := o.Now()
	v, isNew, err := store(lakeDir).Add(versions.Draft{
		Kind: string(kind), Name: name, File: in.File, Original: in.Data,
		Tables:     map[string][]byte{kind.file(): table.Bytes()},
		Settings:   map[string]string{},
		Counts:     tally.Counts(),
		ImportedAt: now, RetrievedAt: now,
		Replaces: func(v *versions.Version) bool { return v.Kind == string(kind) },
	})
	if err != nil {
		return result, err
	}
	result.Version, result.Existing = Version{v}, !isNew
	if o.Logger != nil && isNew {
		o.Logger.Debug("ledger imported", slog.String("version", v.ID()), slog.Int("rows", len(rows)))
	}
	return result, nil
}
