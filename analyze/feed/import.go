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

	Limits intake.Limits

	Now    func() time.Time
	Logger *slog.Logger // nil = discard
}

// Result tells what became of an import. Duplicates were merged into another
// row's entry.
type Result struct {
	intake.Tally
	Version  Version // the one that holds the input
	Existing bool    // it was there before, nothing was stored
}

// Import reads, checks and keeps a feed as one version in the lake. The
// result tells what was refused also where Import returns an error; then
// nothing was stored.
func Import(lakeDir string, in Input, o Options) (Result, error) {
	entries, tally, err := Parse(in, o)
	if err != nil {
		return Result{Tally: tally}, err
	}
	result, err := o.keep(lakeDir, in, entries, tally)
	if err != nil {
		return result, fmt.Errorf("feed %s: %w", in.File, err)
	}
	return result, nil
}

// Parse reads and checks a feed without keeping it: the entries that Import
// would store, sorted, and what became of every row.
func Parse(in Input, o Options) ([]Entry, intake.Tally, error) {
	fault := func(err error) error { return fmt.Errorf("feed %s: %w", in.File, err) }
	if err := o.fill(in.File); err != nil {
		return nil, intake.Tally{}, fault(err)
	}
	r := reader{options: &o}
	if err := r.read(in.Data); err != nil {
		return nil, intake.Tally{}, fault(err)
	}
	var entries []Entry
	entries, r.tally.Duplicates = merge(r.entries)
	r.tally.Kept = len(entries)
	if err := r.tally.Judge(o.Limits); err != nil {
		return nil, r.tally, fault(err)
	}
	id := versions.ID(o.Name, in.Data)
	for i := range entries {
		entries[i].FeedVersion = id
	}
	return entries, r.tally, nil
}

// keep adds the entries to the lake.
func (o Options) keep(lakeDir string, in Input, entries []Entry, tally intake.Tally) (Result, error) {
	result := Result{Tally: tally}
	settings, retrievedStated := o.settings(), !o.RetrievedAt.IsZero()
	if err := o.fill(in.File); err != nil {
		return result, err
	}
	var table bytes.Buffer
	if err := sheet.Write(&table, Columns, entries); err != nil {
		return result, err
	}
	v, isNew, err := store(lakeDir).Add(versions.Draft{
		Kind: kind, Name: o.Name, File: in.File, Original: in.Data,
		Tables:     map[string][]byte{entriesFile: table.Bytes()},
		Settings:   settings,
		Counts:     tally.Counts(),
		ImportedAt: o.Now(), RetrievedAt: o.RetrievedAt, RetrievedStated: retrievedStated,
		Replaces: func(v *versions.Version) bool { return v.Name == o.Name },
	})
	if err != nil {
		return result, err
	}
	result.Version, result.Existing = Version{v}, !isNew
	if o.Logger != nil && isNew {
		o.Logger.Debug("feed imported", slog.String("version", v.ID()), slog.Int("entries", len(entries)))
	}
	return result, nil
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
	return nil
}
