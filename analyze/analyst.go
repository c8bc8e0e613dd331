package analyze

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"strings"
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

// Analyst is a reading session over the whole lake.
type Analyst struct {
	*engine.DB
	options Options
	runs    int // in the chain when the nights were listed
}

// Ask runs one statement, if it only reads, and hands its rows to read. What asks
// nights waits for one that is being published, and is told where it read of two runs.
// Flow files that cannot be read are named.
func (a *Analyst) Ask(ctx context.Context, text string, read func(*sql.Rows) error) error {
	sources := a.Sources(ctx, text)
	if !slices.ContainsFunc(sources, isOfNights) {
		return a.ask(ctx, text, sources, read)
	}
	if err := awaitPublished(ctx, a.options.Lake); err != nil {
		return err
	}
	if err := a.listNights(ctx); err != nil {
		return err
	}
	var result error
	grown, err := grows(a.options.Lake, func() { result = a.ask(ctx, text, sources, read) })
	if err == nil && grown {
		err = ErrMeanwhile
	}
	return errors.Join(result, err)
}

// listNights puts the nights behind their relations, as they are now, if any was run
// since they were listed.
func (a *Analyst) listNights(ctx context.Context) error {
	runs, err := chainEntries(a.options.Lake)
	if err != nil || len(runs) == a.runs {
		return err
	}
	a.runs = len(runs)
	return readTables(ctx, a.DB, a.options.Lake)
}

// ErrMeanwhile is returned behind rows that may be of two runs.
var ErrMeanwhile = errors.New("a night was published while the statement ran, so its rows may be of two runs: run it again")

// isOfNights says whether a raw_ relation is what nights wrote.
func isOfNights(raw string) bool {
	return slices.Contains(nightTables, strings.TrimPrefix(raw, "raw_"))
}

func (a *Analyst) ask(ctx context.Context, text string, sources []string, read func(*sql.Rows) error) error {
	err := a.answer(ctx, text, read)
	if !errors.Is(err, engine.ErrDamaged) || !slices.Contains(sources, "raw_flows") {
		return err
	}
	err = nameAllFlows(ctx, &a.options, a.DB, err, func() error {
		return a.answer(ctx, text, func(rows *sql.Rows) error {
			for rows.Next() {
				continue // what they say does not matter
			}
			return nil
		})
	})
	return errors.Join(err, readHourly(ctx, a.DB, a.options.Lake, "flows"))
}

func (a *Analyst) answer(ctx context.Context, text string, read func(*sql.Rows) error) (err error) {
	rows, err := a.DB.Ask(ctx, text)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if err := cmp.Or(read(rows), rows.Err()); err != nil {
		return engine.Explain(err)
	}
	return nil
}

func nameAllFlows(ctx context.Context, o *Options, db *engine.DB, err error, ask func() error) error {
	if !errors.Is(err, engine.ErrDamaged) {
		return err
	}
	flows, fault := flowFilesSince(o.Lake, time.Time{})
	if fault != nil {
		return errors.Join(err, fault)
	}
	return o.nameFlows(ctx, db, paths(flows), err, ask)
}

// readHourly puts a table that is kept by the hour behind its relation, as a pattern:
// what is stored later is read as well.
func readHourly(ctx context.Context, db *engine.DB, lake, table string) error {
	files, err := hourGlob(lake, table)
	return errors.Join(err, db.Read(ctx, "raw_"+table, files...))
}

// OpenAnalyst opens a session. What was never imported or run is an empty view, not an
// error.
func OpenAnalyst(ctx context.Context, o Options) (*Analyst, error) {
	runs, err := chainEntries(o.Lake)
	if err != nil {
		return nil, err
	}
	db, err := o.openAnalyst(ctx)
	return &Analyst{db, o, len(runs)}, err
}

func (o *Options) openAnalyst(ctx context.Context) (*engine.DB, error) {
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
		readHourly(ctx, db, o.Lake, "flows"),
		readHourly(ctx, db, o.Lake, "receipts"),
		readFeed(ctx, db, o, feed.Effective(versions, o.FeedAsOf), feed.Effective(negatives, o.FeedAsOf)),
		readNames(ctx, db, feed.Effective(versions, o.FeedAsOf)),
		db.Read(ctx, "raw_ledger", owners...),
		db.Read(ctx, "raw_past"), db.Read(ctx, "raw_watched"), // an analyst may set any window, also one that ends before what the last night kept
	)
	err = errors.Join(err, setLastWeek(ctx, db, o.Lake), readTables(ctx, db, o.Lake))
	db.Defer()
	for _, view := range AnalystViews {
		if err == nil { // else what follows from it would be told as well
			err = db.Alias(ctx, view.Name, "view_"+view.Name)
		}
	}
	if err = errors.Join(err, db.Lock(ctx)); err != nil {
		err = nameAllFlows(ctx, o, db, err, func() error { return nil })
		return nil, errors.Join(o.Advise(err, ""), db.Close())
	}
	return db, nil
}

// readTables puts the tables of all nights that an analyst may ask behind their
// relations.
func readTables(ctx context.Context, db *engine.DB, lake string) (err error) {
	for _, table := range []struct {
		name string
		read func(context.Context, string, ...string) error
	}{{"contacts", db.ReadGrown}, {"suspects", db.ReadGrown}, {"evidence", db.Read}, {"coverage", db.ReadGrown}} {
		files, globErr := filepath.Glob(filepath.Join(lake, table.name, "day=*", "*.parquet"))
		err = errors.Join(err, globErr, table.read(ctx, "raw_"+table.name, files...))
	}
	return errors.Join(err, readUntold(ctx, db, lake))
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
