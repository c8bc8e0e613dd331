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
	if o.Name == "" {
		o.Name = versions.NameOf(in.File)
	}
	if o.Name == string(Exclusions) {
		return Result{}, fmt.Errorf("ledger %s: the name %q is for exclusions: give another one with --name", in.File, o.Name)
	}
	result, err := add(lakeDir, in, o, Ranges, func(id string) ([]byte, intake.Tally, error) {
		t, err := readTable(in.Data, rangeFields, []string{"unit"}, parseRange)
		if err != nil {
			return nil, intake.Tally{}, err
		}
		settle(t)
		for i := range t.rows {
			t.rows[i].Version = id
		}
		return t.finish(Columns)
	})
	if err != nil {
		return result, fmt.Errorf("ledger %s: %w", in.File, err)
	}
	return result, nil
}

// ImportExclusions is Import for the list of registered exclusions.
func ImportExclusions(lakeDir string, in Input, o Options) (Result, error) {
	if o.Name != "" {
		return Result{}, errors.New("exclusions have no name of their own: the newest list replaces the one before it")
	}
	o.Name = string(Exclusions)
	result, err := add(lakeDir, in, o, Exclusions, func(id string) ([]byte, intake.Tally, error) {
		t, err := readTable(in.Data, exclusionFields, []string{"reason", "approver", "expires"}, parseExclusion)
		if err != nil {
			return nil, intake.Tally{}, err
		}
		settleExclusions(t)
		for i := range t.rows {
			t.rows[i].Version = id
		}
		return t.finish(ExclusionColumns)
	})
	if err != nil {
		return result, fmt.Errorf("exclusions %s: %w", in.File, err)
	}
	return result, nil
}

// finish returns the table as it is stored, with its account.
func (t *table[T]) finish(columns []sheet.Column[T]) ([]byte, intake.Tally, error) {
	t.tally.Kept = len(t.rows)
	var out bytes.Buffer
	err := sheet.Write(&out, columns, t.rows)
	return out.Bytes(), t.tally, err
}

// add reads the input by read, which is given the ID of the version to be,
// judges it and keeps it.
func add(lakeDir string, in Input, o Options, kind Kind, read func(id string) ([]byte, intake.Tally, error)) (Result, error) {
	if err := versions.CheckName(o.Name); err != nil {
		return Result{}, err
	}
	rows, tally, err := read(versions.ID(o.Name, in.Data))
	if err != nil {
		return Result{}, err
	}
	result := Result{Tally: tally}
	if err := result.Judge(o.Limits); err != nil {
		return result, err
	}
	now := o.Now()
	v, isNew, err := store(lakeDir).Add(versions.Draft{
		Kind: string(kind), Name: o.Name, File: in.File, Original: in.Data,
		Tables:     map[string][]byte{kind.file(): rows},
		Settings:   map[string]string{},
		Counts:     result.Counts(),
		ImportedAt: now, RetrievedAt: now,
		Replaces: func(v *versions.Version) bool { return v.Kind == string(kind) },
	})
	if err != nil {
		return result, err
	}
	result.Version, result.Existing = Version{v}, !isNew
	if o.Logger != nil && isNew {
		o.Logger.Info("ledger imported", slog.String("version", v.ID()), slog.Int("rows", result.Kept))
	}
	return result, nil
}
