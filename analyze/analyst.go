package analyze

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"minewatch/analyze/engine"
	"minewatch/analyze/feed"
	"minewatch/analyze/ledger"
)

// AnalystViews are the relations that an analyst's session offers, with what
// each is about.
var AnalystViews = []struct{ Name, About string }{
	{"flows", "every flow record of the lake, addresses as text and as halves"},
	{"contacts", "who met which pool endpoint on which day"},
	{"suspects", "graded hosts of each night, by their last seven days"},
	{"evidence", "the named reasons behind each suspect"},
	{"history", "addresses that were ever suspected: new, continuing, recurred, gone or not known"},
	{"unit_history", "the same by unit"},
	{"pools", "the effective pool feed with its windows"},
	{"names", "the endpoints that feeds know by name, and the addresses that the names had"},
	{"units", "the address ledger"},
	{"coverage", "by exporter and hour of each night: flows, what of all that was sent is stored, and what did not arrive"},
	{"receipts", "what came in by exporter and hour, what was dropped, and what did not arrive"},
}

// OpenAnalyst is a reading session over the whole lake. What was never
// imported or run is an empty view, not an error.
func OpenAnalyst(ctx context.Context, o Options) (*engine.DB, error) {
	flows, err := hourGlob(o.Lake, "flows")
	if err != nil {
		return nil, err
	}
	receipts, err := hourGlob(o.Lake, "receipts")
	if err != nil {
		return nil, err
	}
	versions, err := feed.Versions(o.Lake)
	if err != nil {
		return nil, err
	}
	negatives, err := feed.Negatives(o.Lake)
	if err != nil {
		return nil, err
	}
	ranges, _, err := ledger.Current(o.Lake, time.Time{})
	if err != nil {
		return nil, err
	}
	db, err := o.open(ctx)
	if err != nil {
		return nil, err
	}
	var owners []string
	if ranges != nil {
		owners = append(owners, ranges.RowsPath())
	}
	err = errors.Join(
		db.Read(ctx, "raw_flows", flows...),
		db.Read(ctx, "raw_receipts", receipts...),
		readFeed(ctx, db, &o, feed.Effective(versions, o.FeedAsOf), feed.Effective(negatives, o.FeedAsOf)),
		readNames(ctx, db, feed.Effective(versions, o.FeedAsOf)),
		db.Read(ctx, "raw_ledger", owners...),
		db.Read(ctx, "raw_past"), db.Read(ctx, "raw_watched"), // an analyst may set any window, also one that ends before what the last night kept
	)
	err = errors.Join(err, setLastWeek(ctx, db, o.Lake))
	for _, table := range []struct {
		name string
		read func(context.Context, string, ...string) error
	}{{"contacts", db.ReadGrown}, {"suspects", db.ReadGrown}, {"evidence", db.Read}, {"coverage", db.ReadGrown}} {
		files, globErr := filepath.Glob(filepath.Join(o.Lake, table.name, "day=*", "*.parquet"))
		err = errors.Join(err, globErr, table.read(ctx, "raw_"+table.name, files...))
	}
	err = errors.Join(err, readUntold(ctx, db, o.Lake))
	db.Defer()
	for _, view := range AnalystViews {
		if err == nil { // else what follows from it would be told as well
			err = db.Alias(ctx, view.Name, "view_"+view.Name)
		}
	}
	if err = errors.Join(err, db.Lock(ctx)); err != nil {
		return nil, errors.Join(o.Advise(err, ""), db.Close())
	}
	return db, nil
}

// readUntold names the nights whose suspects do not tell whom a pool answered.
func readUntold(ctx context.Context, db *engine.DB, lake string) error {
	nights, err := NightDays(lake)
	if err != nil {
		return err
	}
	manifests := manifests{lake, map[Day]*Manifest{}}
	var untold []Day
	for _, day := range nights {
		if m, err := manifests.of(day); err != nil || !m.wrote("figures") { // one that cannot be read is told by verify
			untold = append(untold, day)
		}
	}
	return readAnew(ctx, db, nil, untold)
}

// readNames puts the endpoints that are known by name behind their relations,
// and what was answered for them.
func readNames(ctx context.Context, db *engine.DB, feeds []feed.Version) error {
	var names, answers []string
	for i := range feeds {
		if path := feeds[i].NamesPath(); path != "" {
			names = append(names, path)
		}
		if path := feeds[i].AnswersPath(); path != "" {
			answers = append(answers, path)
		}
	}
	return errors.Join(db.Read(ctx, "raw_names", names...), db.Read(ctx, "raw_answers", answers...))
}

// hourGlob is the pattern of all files of a table that is kept by the hour, if
// there is one.
func hourGlob(lake, table string) ([]string, error) {
	pattern := filepath.Join(lake, table, "*", "*", "*.parquet")
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return []string{pattern}, nil
}

// setLastWeek sets the window of an analyst's session to the seven days that
// end with the last night.
func setLastWeek(ctx context.Context, db *engine.DB, lake string) error {
	nights, err := NightDays(lake)
	if err != nil {
		return err
	}
	last := Day("1970-01-07") // a lake without nights has nothing to tell of any window
	if len(nights) > 0 {
		last = nights[len(nights)-1]
	}
	return setWindow(ctx, db, last.Add(-6), last)
}
