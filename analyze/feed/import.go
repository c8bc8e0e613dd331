package feed

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"time"

	"minewatch/analyze/intake"
	"minewatch/analyze/sheet"
	"minewatch/analyze/versions"
)

// Format is how an original is written.
type Format string

// The formats. Auto is Table where the first line is a header with a column
// for addresses or names, else Lines.
const (
	Auto  Format = ""
	Table Format = "csv"
	Lines Format = "list"
)

// Input is a file that somebody handed over.
type Input struct {
	File string // its name, for messages and for the feed's name
	Data []byte
}

// Options say what the input does not say itself. Now is required.
type Options struct {
	Name       string   // of the feed; empty = the file's name without extension
	Format     Format   //
	Source     string   // of rows that name none; empty = the feed's name
	Licence    string   // of rows that name none
	Evidence   Evidence // of rows that give none; empty = List
	Confidence int      // of rows that give none, 1 to 100; 0 = by the evidence

	// RetrievedAt is when the list said what it says: rows without dates
	// were seen then. Zero = now.
	RetrievedAt time.Time

	MaxBad float64 // share of refused rows above which nothing is imported; 0 = DefaultMaxBad
	Strict bool    // one refused row is enough

	Now    func() time.Time
	Logger *slog.Logger // nil = discard
}

// DefaultMaxBad is the share of refused rows above which a file is taken for
// the wrong one.
const DefaultMaxBad = 0.5

// Result accounts for every row of an import:
//
//	Rows = Entries + Duplicates + len(Names) + len(Rejects)
type Result struct {
	Version    Version // the one that holds the input
	Existing   bool    // it was there before, nothing was stored
	Rows       int     // read: lines or records with content
	Entries    int
	Duplicates int             // merged into another row's entry
	Names      []intake.Reject // rows that have a name or a URL instead of an address
	Rejects    []intake.Reject
	Ignored    []string // columns that no field knows
}

// Import reads, checks and keeps a feed as one version in the lake. The
// result tells what was refused also where Import returns an error; then
// nothing was stored.
func Import(lakeDir string, in Input, o Options) (Result, error) {
	d, result, err := o.draft(in)
	if err != nil {
		return result, fmt.Errorf("feed %s: %w", in.File, err)
	}
	v, isNew, err := store(lakeDir).Add(d)
	if err != nil {
		return result, fmt.Errorf("feed %s: %w", in.File, err)
	}
	result.Version, result.Existing = Version{v}, !isNew
	if o.Logger != nil && isNew {
		o.Logger.Info("feed imported", slog.String("version", v.ID()), slog.Int("entries", result.Entries))
	}
	return result, nil
}

// draft reads and judges the input.
func (o Options) draft(in Input) (versions.Draft, Result, error) {
	settings, retrievedStated := o.settings(), !o.RetrievedAt.IsZero()
	if err := o.fill(in.File); err != nil {
		return versions.Draft{}, Result{}, err
	}
	r := reader{options: &o}
	if err := r.read(in.Data); err != nil {
		return versions.Draft{}, Result{}, err
	}
	entries, duplicates := merge(r.entries)
	result := Result{
		Rows: r.rows, Entries: len(entries), Duplicates: duplicates,
		Names: r.names, Rejects: r.rejects, Ignored: r.ignored,
	}
	if err := o.judge(&result); err != nil {
		return versions.Draft{}, result, err
	}

	id := versions.ID(o.Name, in.Data)
	for i := range entries {
		entries[i].FeedVersion = id
	}
	var table bytes.Buffer
	if err := sheet.Write(&table, Columns, entries); err != nil {
		return versions.Draft{}, result, err
	}
	return versions.Draft{
		Kind: kind, Name: o.Name, File: in.File, Original: in.Data,
		Tables:     map[string][]byte{entriesFile: table.Bytes()},
		Settings:   settings,
		Counts:     result.counts(),
		ImportedAt: o.Now(), RetrievedAt: o.RetrievedAt, RetrievedStated: retrievedStated,
		Replaces: func(v *versions.Version) bool { return v.Name == o.Name },
	}, result, nil
}

// The names of a version's counts in its manifest.
const (
	countRows       = "rows"
	countEntries    = "entries"
	countDuplicates = "duplicates"
	countNames      = "names"
	countRefused    = "refused"
)

func (r *Result) counts() map[string]int {
	return map[string]int{
		countRows: r.Rows, countEntries: r.Entries, countDuplicates: r.Duplicates,
		countNames: len(r.Names), countRefused: len(r.Rejects),
	}
}

// settings are the options that somebody stated and that change what is read
// from the same bytes.
func (o *Options) settings() map[string]string {
	s := map[string]string{}
	put := func(name, value string) {
		if value != "" {
			s[name] = value
		}
	}
	put("format", string(o.Format))
	put("source", o.Source)
	put("licence", o.Licence)
	put("evidence", string(o.Evidence))
	if o.Confidence > 0 {
		put("confidence", strconv.Itoa(o.Confidence))
	}
	return s
}

// fill sets the defaults and refuses options that cannot be.
func (o *Options) fill(file string) error {
	if o.Name == "" {
		if o.Name = versions.NameOf(filepath.Base(file)); o.Name == "" {
			return errors.New("no name can be made of the file's: give one with --name")
		}
	}
	if err := versions.CheckName(o.Name); err != nil {
		return err
	}
	if o.Confidence < 0 || o.Confidence > 100 {
		return fmt.Errorf("confidence %d: want 1 to 100", o.Confidence)
	}
	if o.Source == "" {
		o.Source = o.Name
	}
	if o.Evidence == "" {
		o.Evidence = List
	}
	if o.RetrievedAt.IsZero() {
		o.RetrievedAt = o.Now()
	}
	o.RetrievedAt = o.RetrievedAt.UTC().Truncate(time.Second)
	if o.MaxBad == 0 {
		o.MaxBad = DefaultMaxBad
	}
	return nil
}

// judge refuses an import as a whole. Names are not held against it: lists
// that mix names and addresses are usual.
func (o *Options) judge(r *Result) error {
	bad := len(r.Rejects)
	share := float64(bad) / float64(max(1, r.Rows-len(r.Names)))
	switch {
	case r.Rows == 0:
		return errors.New("no entry in it, nothing was imported")
	case r.Entries == 0 && bad == 0:
		return fmt.Errorf("no address in it, nothing was imported: all %d rows are names, which must be resolved to addresses first", r.Rows)
	case r.Entries == 0:
		return fmt.Errorf("no row of %d could be used, nothing was imported: is it a feed?", r.Rows)
	case o.Strict && bad > 0:
		return fmt.Errorf("%d of %d rows were refused, nothing was imported: correct them, or import the rest without --strict", bad, r.Rows)
	case share > o.MaxBad:
		return fmt.Errorf("%d of %d rows were refused (%.0f%%, more than --max-bad %.0f), nothing was imported: is it the right file and format?",
			bad, r.Rows-len(r.Names), 100*share, 100*o.MaxBad)
	}
	return nil
}
