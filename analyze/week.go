package analyze

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"minewatch/analyze/engine"
	"minewatch/analyze/report"
)

// WeekOptions choose the week and the region of a report.
type WeekOptions struct {
	Options
	Week   string // ISO week, "2026-W46"
	Region string // "CITY" or "CITY/COUNTY"; "" = everything
}

// Week gathers what a weekly report says, from the nightly tables alone. A
// week without nights gives a report that says so.
func Week(ctx context.Context, o WeekOptions) (week *report.Week, err error) {
	err = steadily(ctx, o.Lake, func() error {
		return gatherWeeks(ctx, &o, false, func(w *report.Week) (func() error, error) {
			week = w
			return func() error { return nil }, nil
		})
	})
	return week, err
}

// Weeks is Week for everything, and then for each city, followed by its counties,
// of the ledger and the contacts. One report after the other is handed to visit,
// which returns what is done with it: that is done beside the next ones, as many at
// a time as there are processors, so that they need not be held together. Weeks
// returns when all is done. A unit's notice goes with the smallest
// region that has all its suspects, by week.Homes. If files of the lake are replaced
// meanwhile, all begins anew.
func Weeks(ctx context.Context, o WeekOptions, visit func(*report.Week) (func() error, error)) error {
	return steadily(ctx, o.Lake, func() error { return gatherWeeks(ctx, &o, true, visit) })
}

// gatherWeeks grades once, whatever the number of regions.
func gatherWeeks(ctx context.Context, o *WeekOptions, each bool, visit func(*report.Week) (func() error, error)) error {
	from, to, err := WeekDays(o.Week)
	if err != nil {
		return err
	}
	db, err := o.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // only temporary files are left to it

	if err := readNights(ctx, db, &o.Options, reading{from: from.Add(-7), daily: from.Add(-trendDays), to: to}); err != nil {
		return err
	}
	regions := []string{o.Region}
	if each {
		known, err := knownRegions(ctx, db, &o.Options)
		if err != nil {
			return err
		}
		regions = append([]string{""}, known...)
	} else if err := errors.Join(knownRegion(ctx, db, &o.Options, o.Region), onlyRegion(ctx, db, o.Region)); err != nil {
		return err
	}
	if err := errors.Join(readCodes(ctx, db, o.Lake), db.Read(ctx, "raw_last_regions")); err != nil {
		return err
	}
	last, err := lastTotals(ctx, db, o.Lake, from)
	if err != nil {
		return err
	}
	if err := buildWindow(ctx, db, from, to); err != nil {
		return err
	}
	whole := &report.Week{
		Name: o.Week, From: from.Start(o.Zone), To: to.Start(o.Zone), Zone: o.Zone, Site: o.Site,
		ProgramVersion: o.Version, MinCoverage: o.thresholds()["min_coverage_percent"],
		CleanDays: int(o.thresholds()["clean_days"]),
	}
	over := to.End(o.Zone)
	if whole.Open = o.Now().Before(over); whole.Open {
		if over, err = lastNightEnd(&o.Options, from, to); err != nil {
			return err
		}
	}
	if whole.CasesAsOf, err = readFeedback(ctx, db, o.Lake, over); err != nil {
		return err
	}
	if err := readExclusions(ctx, db, &o.Options, whole); err != nil {
		return err
	}
	nights, err := describeNights(&o.Options, whole, from, to)
	if err != nil {
		return err
	}
	suspects, err := weekSuspects(ctx, db)
	if err != nil {
		return err
	}
	totals, err := buildRegions(ctx, db)
	if err != nil {
		return err
	}
	if each {
		whole.Homes = homes(suspects)
	}
	coverage, err := readWeekCoverage(ctx, db, whole)
	if err = errors.Join(err, readPrecision(ctx, db, whole)); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, region := range regions {
		week := *whole
		week.Region, week.Total = region, totals[region]
		if last != nil {
			total := last[region]
			week.Last = &total
		}
		takeSuspects(&week, suspects)
		if err = fillWeek(ctx, db, &week, nights, coverage); err != nil {
			break
		}
		var write func() error
		if write, err = visit(&week); err != nil {
			break
		}
		group.Go(write)
	}
	// What failed beside it is why the rest was given up.
	return cmp.Or(group.Wait(), err)
}

// lastTotals are the headlines of the week before, by region; nil if it has no
// nights. What it has of cities and counties is kept for the comparison. Grades are
// enough for that: nothing is scored.
func lastTotals(ctx context.Context, db *engine.DB, lake string, from Day) (map[string]report.Total, error) {
	nights, err := NightDays(lake)
	if err != nil || !slices.ContainsFunc(nights, func(d Day) bool { return d >= from.Add(-7) && d < from }) {
		return nil, err
	}
	if err := errors.Join(setWindow(ctx, db, from.Add(-7), from.Add(-1)), db.Build(ctx, "mart_totals")); err != nil {
		return nil, err
	}
	if err := keepLastRegions(ctx, db); err != nil {
		return nil, err
	}
	return readTotals(ctx, db)
}

// lastNightEnd is the end of the last of the days that has a night, or their
// beginning where none has.
func lastNightEnd(o *Options, from, to Day) (time.Time, error) {
	end := from.Start(o.Zone)
	nights, err := NightDays(o.Lake)
	for _, d := range nights {
		if d >= from && d <= to && d.End(o.Zone).After(end) {
			end = d.End(o.Zone)
		}
	}
	return end, err
}

// buildWindow grades anew, over other days.
func buildWindow(ctx context.Context, db *engine.DB, from, to Day) error {
	return errors.Join(
		setWindow(ctx, db, from, to),
		db.Build(ctx, "mart_suspects", "mart_evidence"),
		runChecks(ctx, db, "chk_suspects"),
	)
}

// weekSuspects reads the whole ranking of the window, with all that is told of a
// suspect.
func weekSuspects(ctx context.Context, db *engine.DB) ([]report.Suspect, error) {
	if err := db.Build(ctx, "int_region_suspects", "mart_details", "mart_week_history"); err != nil {
		return nil, err
	}
	suspects, err := readSuspects(ctx, db, "rank")
	if err != nil {
		return nil, err
	}
	return suspects, errors.Join(attachEvidence(ctx, db, suspects), attachDetails(ctx, db, suspects), attachExclusions(ctx, db, suspects))
}

// buildRegions builds what is told of all regions at once, and returns the
// headlines.
func buildRegions(ctx context.Context, db *engine.DB) (map[string]report.Total, error) {
	if err := errors.Join(
		db.Build(ctx, "mart_totals", "mart_units", "mart_sectors", "mart_coins", "mart_pools", "mart_week_history"),
		runChecks(ctx, db, "chk_history"),
	); err != nil {
		return nil, err
	}
	return readTotals(ctx, db)
}

// takeSuspects gives the week those of its region, by grade and with ranks of
// their own, as int_region_suspects has them.
func takeSuspects(week *report.Week, suspects []report.Suspect) {
	rank := 0
	for _, s := range suspects {
		if week.Region != "" && week.Region != s.City && week.Region != s.City+"/"+s.County {
			continue
		}
		rank++
		s.Rank = rank
		switch s.Grade {
		case "A", "B":
			week.Suspects = append(week.Suspects, s)
		case "C":
			week.Clues = append(week.Clues, s)
		default:
			week.Excluded = append(week.Excluded, s)
		}
	}
}

// homes gives each unit the smallest region that has all its suspects.
func homes(suspects []report.Suspect) map[string]string {
	of := map[string]string{}
	for i := range suspects {
		s := &suspects[i]
		if s.Unit == "" || s.Grade != "A" && s.Grade != "B" {
			continue
		}
		region := s.City
		if s.City != "" && s.County != "" {
			region += "/" + s.County
		}
		before, seen := of[s.Unit]
		if seen && before != region {
			city, _, _ := strings.Cut(region, "/")
			if was, _, _ := strings.Cut(before, "/"); was != city {
				city = ""
			}
			region = city
		}
		of[s.Unit] = region
	}
	return of
}

// fillWeek reads the rows of the week's region, and builds the few tables that are
// of one region only.
func fillWeek(ctx context.Context, db *engine.DB, week *report.Week, nights []Day, coverage map[Day]report.Coverage) error {
	if err := errors.Join(
		setRegion(ctx, db, week.Region),
		db.Build(ctx, "mart_days", "mart_regions", "mart_region_ranks"),
	); err != nil {
		return err
	}
	if err := errors.Join(readRegions(ctx, db, week), readUnits(ctx, db, week), readShares(ctx, db, week),
		readPools(ctx, db, week), readDays(ctx, db, week),
		readWeekHistory(ctx, db, week), readCases(ctx, db, week), readOverview(ctx, db, week)); err != nil {
		return err
	}
	countExcluded(week)
	for i := range week.Days {
		day := DayOf(week.Days[i].Day, week.Zone)
		week.Days[i].Ran, week.Days[i].Coverage = slices.Contains(nights, day), coverage[day]
	}
	return nil
}

// describeNights says what the week rests on, from the manifests of its nights,
// which it returns.
func describeNights(o *Options, week *report.Week, from, to Day) ([]Day, error) {
	nights, err := NightDays(o.Lake)
	if err != nil {
		return nil, err
	}
	nights = slices.DeleteFunc(nights, func(d Day) bool { return d < from || d > to })
	for _, day := range nights {
		m, hash, err := readManifest(o.Lake, day)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("the night of %s has contacts but no manifest: run it again", day)
		}
		if err != nil {
			return nil, err
		}
		if m.RunAt.After(week.AsOf) {
			week.AsOf = m.RunAt
		}
		if m.Seq > 0 && (week.ChainHead == nil || m.Seq > week.ChainHead.Run) {
			week.ChainHead = &report.ChainHead{Run: m.Seq, RunAt: m.RunAt.UTC(), SHA256: hash}
		}
		week.FeedVersions = append(week.FeedVersions, m.Feeds...)
		if m.Ledger != "" {
			week.LedgerVersions = append(week.LedgerVersions, m.Ledger)
		}
	}
	for _, list := range []*[]string{&week.FeedVersions, &week.LedgerVersions} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	week.ConfigHash, err = rulesHash(o)
	return nights, err
}
