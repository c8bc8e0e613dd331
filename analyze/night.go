package analyze

import (
	"context"
	"errors"
	"path/filepath"

	"minewatch/analyze/engine"
	"minewatch/analyze/feed"
	"minewatch/analyze/feedback"
	"minewatch/analyze/flowscan"
	"minewatch/analyze/report"
)

// night is one run over one day.
type night struct {
	Options
	day      Day
	db       *engine.DB
	inputs   *inputs
	counts   Counts
	coverage report.Coverage
	steps    []Step

	// What was read, as it was before.
	flows     []File
	receipts  []File
	knowledge []File
	history   []File

	before   *pastOf // the nights before it, from which its past was made; nil = from nothing
	staged   []*engine.Staged
	manifest *Manifest
}

// read puts the inputs behind the raw_ relations and sets the day.
func (n *night) read(ctx context.Context) error {
	start, end := n.day.Start(n.Zone).UnixMilli(), n.day.End(n.Zone).UnixMilli()
	for name, value := range map[string]any{
		"day":          engine.Day(n.day),
		"day_start_ms": start,
		"day_end_ms":   end,
	} {
		if err := n.db.Set(ctx, name, value); err != nil {
			return err
		}
	}
	return errors.Join(
		n.db.Read(ctx, "raw_receipts", paths(n.inputs.receipts)...),
		n.readFeed(ctx),
		n.readLedger(ctx),
		n.readInternal(ctx),
	)
}

func (n *night) readFeed(ctx context.Context) error {
	return readFeed(ctx, n.db, &n.Options, n.inputs.feeds, n.inputs.negatives)
}

// readFeed reads what all feeds say, and what the negative lists say about it.
func readFeed(ctx context.Context, db *engine.DB, o *Options, feeds, negatives []feed.Version) error {
	var standing, marking []string
	for _, v := range feeds {
		standing = append(standing, v.StandingPath())
	}
	for _, v := range negatives {
		marking = append(marking, v.NegativesPath())
	}
	var ttl [][]any
	for evidence, days := range o.TTLDays {
		ttl = append(ttl, []any{evidence, days})
	}
	return errors.Join(db.Read(ctx, "raw_feed", standing...), db.Read(ctx, "raw_negatives", marking...), db.Values(ctx, "raw_ttl", ttl))
}

func (n *night) readLedger(ctx context.Context) error {
	var ranges, exclusions []string
	if n.inputs.ranges != nil {
		ranges = append(ranges, n.inputs.ranges.RowsPath())
	}
	if n.inputs.exclusions != nil {
		exclusions = append(exclusions, n.inputs.exclusions.RowsPath())
	}
	if n.inputs.answers != nil {
		exclusions = append(exclusions, feedback.ExclusionsPath(n.inputs.answers))
	}
	return errors.Join(
		n.db.Read(ctx, "raw_ledger", ranges...),
		n.db.Read(ctx, "raw_exclusions", exclusions...),
	)
}

func (n *night) readInternal(ctx context.Context) error {
	var rows [][]any
	for _, p := range n.Internal {
		firstHi, firstLo, lastHi, lastLo := bounds(p)
		rows = append(rows, []any{firstHi, firstLo, lastHi, lastLo})
	}
	return n.db.Values(ctx, "raw_internal", rows)
}

// match is the one scan over the day's flow files: for whom the feed lists, and
// for how many records each exporter sent.
func (n *night) match(ctx context.Context) error { return n.scan(ctx, true) }

func (n *night) scan(ctx context.Context, counts bool) error {
	return flowscan.Find(ctx, n.db, flowscan.Options{
		Files: paths(n.inputs.flows), Start: n.day.Start(n.Zone), End: n.day.End(n.Zone), Reach: n.reach(),
		Counts: counts, Threads: n.Engine.Threads,
	})
}

// contacts turns the matched flows into one line a day, host and endpoint.
func (n *night) contacts(ctx context.Context) error {
	if err := n.db.Build(ctx, "mart_contacts", "mart_coverage", "mart_night_counts"); err != nil {
		return err
	}
	return n.readCounts(ctx)
}

// addHistory stages the day's contacts and coverage and puts them, with those
// of the six days before, behind the relations that hosts are graded on and
// that tell which exporters are expected.
func (n *night) addHistory(ctx context.Context) error {
	if err := errors.Join(n.stage(ctx, "mart_contacts", "contacts"), n.stage(ctx, "mart_coverage", "coverage")); err != nil {
		return err
	}
	contacts := append(paths(n.inputs.history), n.staged[0].Temporary())
	coverage := append(paths(n.inputs.covered), n.staged[1].Temporary())
	return errors.Join(
		n.db.ReadGrown(ctx, "raw_contacts", contacts...),
		n.db.ReadGrown(ctx, "raw_coverage", coverage...),
		setWindow(ctx, n.db, n.day.Add(-6), n.day),
		n.readNone(ctx),
	)
}

// readNone has all of a night gathered from its contacts: what other nights have
// gathered is not read.
func (n *night) readNone(ctx context.Context) error {
	var days []Day
	for day := n.day.Add(-6); day <= n.day; day = day.Add(1) {
		days = append(days, day)
	}
	return errors.Join(n.db.Read(ctx, "raw_figures"), n.db.Read(ctx, "raw_week_figures"), n.db.Read(ctx, "raw_week_meetings"), readAnew(ctx, n.db, days, []Day{n.day}))
}

// rank grades the hosts that were in contact on this day, by their last seven,
// and tells what that rests on.
func (n *night) rank(ctx context.Context) error {
	if err := n.readCoverage(ctx); err != nil {
		return err
	}
	return n.db.Build(ctx, "mart_suspects", "mart_evidence", "mart_night_suspects", "mart_night_evidence", "mart_night_figures", "mart_night_week_meetings", "mart_night_week_figures")
}

// keepPast stages what was graded, and what became of hosts up to this night.
func (n *night) keepPast(ctx context.Context) error {
	if err := errors.Join(n.stage(ctx, "mart_night_figures", "figures"), n.stageGrades(ctx)); err != nil {
		return err
	}
	return n.stagePast(ctx)
}

// publish makes the night's files visible, the manifest last.
func (n *night) publish(ctx context.Context) error {
	if err := n.describe(ctx); err != nil {
		return err
	}
	return n.commit(KindNight)
}

func (n *night) stageGrades(ctx context.Context) error {
	return errors.Join(
		n.stage(ctx, "mart_night_suspects", "suspects"), n.stage(ctx, "mart_night_evidence", "evidence"),
		n.stage(ctx, "mart_night_week_meetings", "week_meetings"), n.stage(ctx, "mart_night_week_figures", "week_figures"),
	)
}

// commit publishes what is staged, with the manifest.
func (n *night) commit(kind Kind) error {
	return publish(n.Lake, kind, n.day, n.staged, func(link Link) any {
		n.manifest.Link = link
		return n.manifest
	})
}

func (n *night) stage(ctx context.Context, relation, folder string) error {
	path := filepath.Join(n.Lake, folder, "day="+string(n.day), folder+".parquet")
	staged, err := n.db.Stage(ctx, relation, path)
	if err != nil {
		return err
	}
	n.staged = append(n.staged, staged)
	return nil
}

// abort removes what was staged but never committed.
func (n *night) abort() {
	for _, s := range n.staged {
		_ = s.Abort()
	}
}
