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
	Sheet  string // of a workbook; empty = the first one that is visible
	Limits intake.Limits
	Force  bool // import a list that has shrunk to less than half
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
	t, err := parse(in, o)
	if err != nil {
		return Result{Tally: t.tally}, err
	}
	result, err := keep(lakeDir, in, o, o.name(in), Ranges, Columns, t)
	if err != nil {
		return result, fmt.Errorf("ledger %s: %w", in.File, err)
	}
	return result, nil
}

// ImportExclusions is Import for the list of registered exclusions.
func ImportExclusions(lakeDir string, in Input, o Options) (Result, error) {
	t, err := parseExclusions(in, o)
	if err != nil {
		return Result{Tally: t.tally}, err
	}
	result, err := keep(lakeDir, in, o, string(Exclusions), Exclusions, ExclusionColumns, t)
	if err != nil {
		return result, fmt.Errorf("exclusions %s: %w", in.File, err)
	}
	return result, nil
}

// Parse reads and checks a ledger without keeping it: the rows that Import
// would store, sorted, and what became of every row.
func Parse(in Input, o Options) ([]Row, intake.Tally, error) {
	t, err := parse(in, o)
	return t.rows, t.tally, err
}

func parse(in Input, o Options) (*table[Row], error) {
	none := &table[Row]{}
	fault := func(err error) error { return fmt.Errorf("ledger %s: %w", in.File, err) }
	name := o.name(in)
	if err := versions.CheckName(name); err != nil {
		return none, fault(err)
	}
	if name == string(Exclusions) {
		return none, fault(fmt.Errorf("the name %q is for exclusions: is it a list of them? Otherwise give it another name", name))
	}
	words := unmapped{}
	t, err := readTable(in.Data, o.Sheet, rangeFields, []string{"unit"}, words.parseRange)
	if err != nil {
		return none, fault(err)
	}
	settle(t)
	for i := range t.rows {
		t.rows[i].Version = versions.ID(name, in.Data)
	}
	t.tally.Remarks = append(t.tally.Remarks, words.remarks()...)
	t.tally.Kept = len(t.rows)
	if err := t.tally.Judge(o.Limits); err != nil {
		return &table[Row]{tally: t.tally}, fault(err)
	}
	return t, nil
}

func parseExclusions(in Input, o Options) (*table[Exclusion], error) {
	none := &table[Exclusion]{}
	fault := func(err error) error { return fmt.Errorf("exclusions %s: %w", in.File, err) }
	if o.Name != "" {
		return none, fault(errors.New("they have no name of their own: the newest list replaces the one before it"))
	}
	t, err := readTable(in.Data, o.Sheet, exclusionFields, []string{"reason", "approver", "expires"}, parseExclusion)
	if err != nil {
		return none, fault(err)
	}
	settleExclusions(t)
	for i := range t.rows {
		t.rows[i].Version = versions.ID(string(Exclusions), in.Data)
	}
	t.tally.Kept = len(t.rows)
	if err := t.tally.Judge(o.Limits); err != nil {
		return &table[Exclusion]{tally: t.tally}, fault(err)
	}
	return t, nil
}

// name is the name of the ledger that in becomes.
func (o *Options) name(in Input) string {
	if o.Name != "" {
		return o.Name
	}
	return versions.NameOf(in.File)
}

// keep adds rows to the lake as the version that replaces those of its kind.
func keep[T comparable](lakeDir string, in Input, o Options, name string, kind Kind, columns []sheet.Column[T], t *table[T]) (Result, error) {
	result := Result{Tally: t.tally}
	var table bytes.Buffer
	if err := sheet.Write(&table, columns, t.rows); err != nil {
		return result, err
	}
	settings := map[string]string{}
	if t.sheet != "" {
		settings["sheet"] = t.sheet
	}
	now := o.Now()
	v, isNew, err := store(lakeDir).Add(versions.Draft{
		Kind: string(kind), Name: name, File: in.File, Original: in.Data,
		Tables:     map[string][]byte{kind.file(): table.Bytes()},
		Settings:   settings,
		Counts:     t.tally.Counts(),
		ImportedAt: now, RetrievedAt: now,
		Replaces: func(v *versions.Version) bool { return v.Kind == string(kind) },
		Follow: func(before *versions.Version, _ map[string][]byte) error {
			return holdBack(before, len(t.rows), o.Force)
		},
	})
	if err != nil {
		return result, err
	}
	result.Version, result.Existing = Version{v}, !isNew
	if o.Logger != nil && isNew {
		o.Logger.Debug("ledger imported", slog.String("version", v.ID()), slog.Int("rows", len(t.rows)))
	}
	return result, nil
}

// leastKept is the part of its predecessor's rows that a list must have: with half
// a ledger, half of the suspects would have no owner, and with no exclusions those
// that somebody approved would be accused.
const leastKept = 0.5

// holdBack refuses a list that has shrunk too much.
func holdBack(before *versions.Version, rows int, force bool) error {
	if before == nil || force {
		return nil
	}
	if old := before.Counts[intake.CountKept]; float64(rows) < leastKept*float64(old) {
		return fmt.Errorf("%s, where %s has %d: is it the whole list? It would replace that one; --force imports it", intake.Amount(rows, "row", "rows"), before.ID(), old)
	}
	return nil
}
