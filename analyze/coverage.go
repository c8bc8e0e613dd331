package analyze

import (
	"context"
	"database/sql"
	"time"

	"minewatch/analyze/engine"
	"minewatch/analyze/report"
)

// accountColumns are the columns that all mart_coverage_ relations have, in
// the order of account.
const accountColumns = `flows, silent_hours, receipts_faulty, flows_unaccounted, records_received, records_stored,
	records_malformed, records_disk, records_aborted, records_absent, records_unread, records_missed, is_estimate,
	datagrams_not_allowed, coverage_percent, is_covered`

func account(c *report.Coverage) []any {
	return []any{
		&c.Flows, &c.SilentHours, &c.FaultyReceipts, &c.Unaccounted, &c.Received, &c.Stored,
		&c.Malformed, &c.Disk, &c.Aborted, &c.Absent, &c.Unread, &c.Missed, &c.Estimate,
		&c.NotAllowed, &c.Percent, &c.Covered,
	}
}

const exporterColumns = ", exporters, exporters_expected, exporters_short"

func exporters(c *report.Coverage) []any {
	return []any{&c.Exporters, &c.Expected, &c.Short}
}

// knownBefore is how many days before a day tell which exporters are expected
// on it.
const knownBefore = 6

// readCoverage puts the coverage of a window, and of the days that tell who is
// expected in it, behind its relation.
func readCoverage(ctx context.Context, db *engine.DB, lake string, from, to Day) error {
	files, err := believedFiles(ctx, lake, "coverage", from.Add(-knownBefore), to)
	if err != nil {
		return err
	}
	return db.ReadGrown(ctx, "raw_coverage", paths(files)...)
}

// windowCoverage sums the nights of the window.
func windowCoverage(ctx context.Context, db *engine.DB) (report.Coverage, error) {
	var c report.Coverage
	if err := db.Build(ctx, "mart_coverage_window"); err != nil {
		return c, err
	}
	err := db.Each(ctx, "select "+accountColumns+exporterColumns+", nights, nights_covered from mart_coverage_window",
		func(rows *sql.Rows) error {
			return rows.Scan(append(append(account(&c), exporters(&c)...), &c.Nights, &c.NightsCovered)...)
		})
	return c, err
}

// namedShort is how many exporters a night names that are not covered: enough
// to begin with, and a line long.
const namedShort = 5

// readCoverage tells what the night's day rests on.
func (n *night) readCoverage(ctx context.Context) error {
	if err := n.db.Build(ctx, "mart_coverage_days"); err != nil {
		return err
	}
	c := &n.coverage
	err := n.db.Each(ctx, "select "+accountColumns+exporterColumns+" from mart_coverage_days where day = getvariable('day')",
		func(rows *sql.Rows) error { return rows.Scan(append(account(c), exporters(c)...)...) })
	if err != nil {
		return err
	}
	return n.db.Each(ctx, `select exporter from mart_coverage_exporters
		where day = getvariable('day') and exporter <> '' and not is_covered
		order by coverage_percent nulls first, silent_hours desc, exporter limit ?`, func(rows *sql.Rows) error {
		var exporter string
		err := rows.Scan(&exporter)
		c.ShortExporters = append(c.ShortExporters, exporter)
		return err
	}, namedShort)
}

// readWeekCoverage reads the coverage of the week, which is the same in all regions:
// as a whole and by day and exporter into the week, and by day.
func readWeekCoverage(ctx context.Context, db *engine.DB, week *report.Week) (byDay map[Day]report.Coverage, err error) {
	if week.Coverage, err = windowCoverage(ctx, db); err != nil {
		return nil, err
	}
	byDay = map[Day]report.Coverage{}
	var day time.Time
	err = db.Each(ctx, "select day, "+accountColumns+exporterColumns+" from mart_coverage_days", func(rows *sql.Rows) error {
		var c report.Coverage
		if err := rows.Scan(append(append([]any{&day}, account(&c)...), exporters(&c)...)...); err != nil {
			return err
		}
		byDay[Day(day.Format(time.DateOnly))] = c
		return nil
	})
	if err != nil {
		return nil, err
	}
	return byDay, db.Each(ctx, "select day, "+accountColumns+`, exporter, hours, sets_unread, datagrams_refused, datagrams_unseen, sampling_rate,
		flows_rate_unknown, flows_clock_replaced, clock_ahead_min_ms, clock_ahead_max_ms
		from mart_coverage_exporters order by day, exporter`, func(rows *sql.Rows) error {
		var e report.ExporterDay
		if err := rows.Scan(append(append([]any{&day}, account(&e.Coverage)...), &e.Exporter, &e.Hours, &e.SetsUnread, &e.DatagramsRefused,
			&e.DatagramsUnseen, &e.SamplingRate, &e.RateUnknown, &e.ClockReplaced, &e.ClockAheadMin, &e.ClockAheadMax)...); err != nil {
			return err
		}
		e.Day = Day(day.Format(time.DateOnly)).Start(week.Zone)
		week.Exporters = append(week.Exporters, e)
		return nil
	})
}
