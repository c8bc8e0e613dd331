package analyze

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"minewatch/analyze/engine"
	"minewatch/analyze/feed"
)

// Outcome is what LateNights did about a day.
type Outcome string

// The outcomes.
const (
	OutcomeKnown     Outcome = "known"      // the feed has nothing that the night did not know
	OutcomeSearched  Outcome = "searched"   // the flows were searched for what it did not know, and nobody met it
	OutcomeRun       Outcome = "run"        // somebody did, or the day had no night: it was run
	OutcomeRegraded  Outcome = "regraded"   // contacts of the six days before changed: its hosts were graded anew
	OutcomeFlowsGone Outcome = "flows_gone" // flows that the night read were deleted since: it stands as it was
)

// PastNight is what became of one day.
type PastNight struct {
	Day       Day
	Outcome   Outcome
	Endpoints int       // that the night did not know
	Presumed  bool      // run without a search, as the days before met some
	Manifest  *Manifest // of what was run or graded anew
}

// LateNights matches past days with the endpoints of the feed that their
// nights did not know, and tells what became of each. A day whose flows meet
// one of them is run again as a whole; the others are not, but where a night
// rests on contacts that changed since, its hosts are graded anew. Stopped and
// called again it goes on where it was.
func LateNights(ctx context.Context, o Options, days []Day, tell func(PastNight)) error {
	if len(days) == 0 {
		return nil
	}
	end, err := o.turn(ctx)
	if err != nil {
		return err
	}
	defer end()
	s := &lateSearch{Options: o}
	if s.versions, err = feed.Versions(o.Lake); err != nil {
		return err
	}
	if err := s.knowledge.findKnowledge(&o); err != nil {
		return err
	}
	if s.db, err = o.open(ctx); err != nil {
		return err
	}
	defer s.db.Close() //nolint:errcheck // only temporary files are left to it
	run := map[Day]bool{}
	for _, day := range days {
		past, err := s.look(ctx, day)
		if err != nil {
			return err
		}
		run[day] = past.Outcome == OutcomeRun
		tell(past)
	}
	// A host is graded by seven days: the nights behind the last day, too,
	// may rest on what changed.
	return s.regradeStale(ctx, days[0], days[len(days)-1].Add(6), run, tell)
}

// regradeStale looks at each night of a period but those that were just run.
func (s *lateSearch) regradeStale(ctx context.Context, from, to Day, but map[Day]bool, tell func(PastNight)) error {
	for day := from; day <= to; day = day.Add(1) {
		if but[day] {
			continue
		}
		past, err := s.regradeIfStale(ctx, day)
		if err != nil {
			return err
		}
		if past.Outcome != "" {
			tell(past)
		}
	}
	return nil
}

// lateSearch is one run over past days, in one session.
type lateSearch struct {
	Options
	db        *engine.DB
	versions  []feed.Version
	knowledge inputs          // feed and ledger
	known     string          // what raw_known holds
	streak                    // of days that met something
	hashes    map[string]File // contacts that were hashed for regrading, by path
}

// look deals with one day: knows, searches, runs.
func (s *lateSearch) look(ctx context.Context, day Day) (PastNight, error) {
	past := PastNight{Day: day, Outcome: OutcomeRun}
	fault := func(err error) error { return fmt.Errorf("night of %s: search for new endpoints: %w", day, err) }
	m, hash, err := readManifest(s.Lake, day)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return past, err
	default:
		gone, err := flowsGone(s.Lake, m)
		if err != nil {
			return past, fault(err)
		}
		if gone {
			past.Outcome = OutcomeFlowsGone
			return past, nil
		}
		met, err := s.searchDay(ctx, day, m, &past)
		if err != nil {
			return past, fault(err)
		}
		if !met {
			return past, s.remember(m, hash, &past)
		}
	}
	past.Manifest, err = Night(ctx, s.Options, day)
	return past, err
}

// searchDay says whether the day would gain a contact, and begins again where
// compaction replaces its files meanwhile.
func (s *lateSearch) searchDay(ctx context.Context, day Day, m *Manifest, past *PastNight) (bool, error) {
	for attempt := 1; ; attempt++ {
		met, err := s.search(ctx, day, m, past)
		if !errors.Is(err, engine.ErrGone) || attempt == maxListings {
			return met, err
		}
		s.logger().Info("flows were compacted meanwhile, reading them again", slog.String("day", string(day)), slog.Any("reason", err))
	}
}

func (s *lateSearch) search(ctx context.Context, day Day, m *Manifest, past *PastNight) (bool, error) {
	in := s.knowledge
	if err := errors.Join(in.findFlows(&s.Options, day), s.readKnown(ctx, m)); err != nil {
		return false, err
	}
	run := &night{Options: s.Options, day: day, db: s.db, inputs: &in}
	if err := s.reset(ctx, run); err != nil {
		return false, run.name(ctx, err)
	}
	if err := s.db.Build(ctx, "int_late_windows"); err != nil {
		return false, err
	}
	var err error
	past.Endpoints, err = count(ctx, s.db, "(select distinct first_hi, first_lo, last_hi, last_lo, port, proto from int_late_windows)")
	if err != nil || past.Endpoints == 0 {
		past.Outcome = OutcomeKnown
		return false, err
	}
	if past.Presumed = s.presume(); past.Presumed {
		past.Outcome = OutcomeRun
		return true, nil
	}
	met, err := s.searchFor(ctx, run)
	if past.Outcome = OutcomeSearched; met {
		past.Outcome = OutcomeRun
	}
	if err == nil {
		s.note(met)
	}
	return met, err
}

// reset reads the night's inputs anew; what does not depend on the day stays.
func (s *lateSearch) reset(ctx context.Context, run *night) error {
	s.db.ForgetAll("raw_known", "int_feed_windows")
	return run.read(ctx)
}

// searchFor says whether the flows of the day meet what its night did not know,
// by the night's own match.
func (s *lateSearch) searchFor(ctx context.Context, run *night) (bool, error) {
	if err := s.db.Build(ctx, "int_late_feed"); err != nil {
		return false, err
	}
	if err := s.reset(ctx, run); err != nil {
		return false, run.name(ctx, err)
	}
	if err := errors.Join(s.db.Hand(ctx, "raw_feed", "select * from int_late_feed"), run.scan(ctx, false)); err != nil {
		return false, run.name(ctx, err)
	}
	for _, relation := range []string{"int_pool_flows", "mart_contacts"} {
		if err := s.db.Build(ctx, relation); err != nil {
			return false, err
		}
		if n, err := count(ctx, s.db, relation); err != nil || n == 0 {
			return false, err
		}
	}
	return true, nil
}

// remember records which feeds the flows of a night were searched for, so that
// the next search does not do it again, and that nobody takes the night for
// outdated. Versions are named by their folders: two imports of the same bytes,
// retrieved at other times, have one ID.
func (s *lateSearch) remember(m *Manifest, night string, past *PastNight) error {
	var feeds []string
	for _, v := range s.knowledge.feeds {
		feeds = append(feeds, v.Base())
	}
	known := knownVersions(s.versions, m, true)
	news := slices.ContainsFunc(feeds, func(base string) bool {
		return !slices.ContainsFunc(known, func(v feed.Version) bool { return v.Base() == base })
	})
	if past.Outcome != OutcomeSearched && !news {
		return nil
	}
	record := &Search{Day: past.Day, RunAt: s.Now().UTC(), Version: s.Version, Night: night, FeedsSearched: feeds, Endpoints: past.Endpoints}
	return publish(s.Lake, KindSearch, past.Day, nil, func(link Link) any {
		record.Link = link
		return record
	})
}

// readKnown puts what a night knew behind raw_known: the feeds that it was
// matched with, by the times to live of then, and those that its flows were
// searched for since.
func (s *lateSearch) readKnown(ctx context.Context, m *Manifest) error {
	o := s.Options
	o.TTLDays = m.TTLDays
	known := knownVersions(s.versions, m, maps.Equal(m.TTLDays, s.TTLDays))
	names := []string{fmt.Sprint(o.TTLDays)}
	for _, v := range known {
		names = append(names, v.Base())
	}
	key := strings.Join(names, " ")
	if key == s.known {
		return nil
	}
	s.known = ""
	s.db.ForgetAll()
	if err := errors.Join(
		readFeed(ctx, s.db, &o, known, s.knowledge.negatives),
		s.db.Build(ctx, "int_feed_windows"),
		s.db.Hand(ctx, "raw_known", "select * from int_feed_windows"),
	); err != nil {
		return err
	}
	s.db.ForgetAll("raw_known")
	s.known = key
	return nil
}

// knownVersions are the feeds that a night was matched with, and those that
// its flows were searched for if these are asked for, too. Where two versions
// have the same bytes, the night read the last one that was there; one that is
// no longer in the lake is not known.
func knownVersions(versions []feed.Version, m *Manifest, searched bool) []feed.Version {
	asOf := m.RunAt
	if m.FeedAsOf != nil {
		asOf = *m.FeedAsOf
	}
	read := map[string]feed.Version{}
	for _, v := range versions {
		if _, ok := read[v.ID()]; slices.Contains(m.Feeds, v.ID()) && (!ok || !v.ImportedAt.After(asOf)) {
			read[v.ID()] = v
		}
	}
	var list []feed.Version
	for _, v := range versions {
		if read[v.ID()].Seq == v.Seq || (searched && slices.Contains(m.FeedsSearched, v.Base())) {
			list = append(list, v)
		}
	}
	return list
}

// flowsGone says whether flows of an hour that the night read are no longer
// in the lake: run again, it would lose contacts.
func flowsGone(lake string, m *Manifest) (bool, error) {
	flows, err := m.ReadFlows(lake)
	if err != nil {
		return false, err
	}
	hours := map[string]bool{}
	for _, f := range flows {
		hours[filepath.Dir(f.Path)] = true
	}
	for hour := range hours {
		files, err := parquetFiles(filepath.Join(lake, hour))
		if err != nil || len(files) == 0 {
			return true, err
		}
	}
	return false, nil
}

// count is the number of rows of a relation.
func count(ctx context.Context, db *engine.DB, relation string) (n int, err error) {
	err = db.Each(ctx, "select count(*) from "+relation, func(rows *sql.Rows) error { return rows.Scan(&n) })
	return n, err
}

// sameRules says whether hosts would be graded as they were in that night.
func (o *Options) sameRules(m *Manifest) (bool, error) {
	hash, err := queriesHash()
	return err == nil && hash == m.QueriesHash && maps.Equal(m.Thresholds, o.thresholds()), err
}
