package feed

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"minewatch/analyze/intake"
	"minewatch/analyze/versions"
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

	// Negative makes the list one of what is no pool, of that kind.
	Negative Kind
	// Own is the watched network: no pool can be there.
	Own []Owned
	// MaxChange is the part by which the list may shrink or grow since its
	// last version, 0 = DefaultMaxChange; Force imports it nevertheless.
	MaxChange float64
	Force     bool
	// Replace forgets what versions before this one said.
	Replace bool

	// Names are the endpoints that feeds know by name, sorted by it: passive
	// DNS says which addresses they had. Floor is how long such an answer
	// holds after it was last seen, if its own time to live is not longer.
	Names []Name
	Floor time.Duration

	// RetrievedAt is when the list said what it says: rows without dates
	// were seen then. Zero = now.
	RetrievedAt time.Time
	// RenewAfter, if it is set, is how long before RetrievedAt the last version
	// must have been retrieved for the same bytes to make another.
	RenewAfter time.Duration

	Limits intake.Limits

	Now    func() time.Time
	Logger *slog.Logger // nil = discard

	resolved bool // the list is what our own questions were answered
}

// Result tells what became of an import. Duplicates were merged into another
// row's entry.
type Result struct {
	intake.Tally
	List     Content // what was read
	Version  Version // the one that holds the input
	Existing bool    // it was there before, nothing was stored
}

// Import reads, checks and keeps a feed as one version in the lake. The
// result tells what was refused also where Import returns an error; then
// nothing was stored.
func Import(lakeDir string, in Input, o Options) (Result, error) {
	list, tally, err := Parse(in, o)
	if err != nil {
		return Result{Tally: tally}, err
	}
	result, err := o.keep(lakeDir, in, &list, tally)
	if err != nil {
		return result, fmt.Errorf("feed %s: %w", in.File, err)
	}
	return result, nil
}

// Content is what was read from one original.
type Content struct {
	Entries []Entry
	Names   []Entry  // endpoints that are known by their name only
	Answers []Answer // what the entries of passive DNS rest on

	id string // of the version that they will be
}

// Parse reads and checks a feed without keeping it: the entries that Import
// would store, sorted, and what became of every row.
func Parse(in Input, o Options) (Content, intake.Tally, error) {
	fault := func(err error) error { return fmt.Errorf("feed %s: %w", in.File, err) }
	if err := o.fill(in.File); err != nil {
		return Content{}, intake.Tally{}, fault(err)
	}
	r := reader{options: &o, own: spansOf(o.Own)}
	if err := r.read(in.Data); err != nil {
		return Content{}, r.tally, fault(err)
	}
	id := versions.ID(o.Name, in.Data)
	for i := range r.entries {
		r.entries[i].FeedVersion = id
	}
	entries, duplicates := merge(r.entries)
	r.tally.Duplicates += duplicates
	var list Content
	for _, e := range entries {
		if e.isName() {
			list.Names = append(list.Names, e)
		} else {
			list.Entries = append(list.Entries, e)
		}
	}
	r.tally.Kept, r.tally.Names = len(list.Entries), len(list.Names)
	for i := range r.answers {
		r.answers[i].FeedVersion = id
	}
	list.Answers, list.id = r.answers, id
	if o.resolved {
		return list, r.tally, nil // nobody answered wrongly that there is nothing
	}
	if err := r.tally.Judge(o.Limits); err != nil {
		return Content{}, r.tally, fault(err)
	}
	return list, r.tally, nil
}

// keep adds the list to the lake.
func (o Options) keep(lakeDir string, in Input, list *Content, tally intake.Tally) (Result, error) {
	result := Result{Tally: tally, List: *list}
	settings, retrievedStated := o.settings(), !o.RetrievedAt.IsZero()
	if list.Answers != nil {
		settings["names"] = namesFrom(o.Names)
	}
	if err := o.fill(in.File); err != nil {
		return result, err
	}
	tables, follow := map[string][]byte{}, o.follow(list)
	var err error
	if o.Negative != "" {
		err, follow = o.writeNegatives(tables, list), o.followNegatives(len(list.Entries))
	} else {
		err = errors.Join(
			writeTable(tables, entriesFile, Columns, list.Entries),
			writeTable(tables, namesFile, NameColumns, list.Names))
	}
	if err != nil {
		return result, err
	}
	v, isNew, err := o.store(lakeDir).Add(versions.Draft{
		Kind: o.kind(), Name: o.Name, File: in.File, Original: in.Data,
		Tables:     tables,
		Settings:   settings,
		Counts:     tally.Counts(),
		ImportedAt: o.Now(), RetrievedAt: o.RetrievedAt, RetrievedStated: retrievedStated, RenewAfter: o.RenewAfter,
		Replaces: func(v *versions.Version) bool { return v.Name == o.Name },
		Follow:   follow,
	})
	if err != nil {
		return result, err
	}
	result.Version, result.Existing = Version{v}, !isNew
	if o.Logger != nil && isNew {
		o.Logger.Debug("feed imported", slog.String("version", v.ID()), slog.Int("entries", len(list.Entries)))
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
	put("negative", string(o.Negative))
	if o.Replace {
		put("replace", "true")
	}
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
	if o.Name == ResolvedFeed && !o.resolved {
		return fmt.Errorf("the name %s is for what 'minewatch feed resolve' finds: give another with --name", ResolvedFeed)
	}
	if o.Confidence < 0 || o.Confidence > 100 {
		return fmt.Errorf("confidence %d: want 1 to 100", o.Confidence)
	}
	if o.Negative != "" && !slices.Contains(kinds, o.Negative) {
		return fmt.Errorf("negative lists of the kind %q: want one of %v", o.Negative, Kinds())
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
