package analyze

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"minewatch/analyze/engine"
	"minewatch/analyze/feedback"
	"minewatch/analyze/ledger"
	"minewatch/analyze/report"
)

// readExclusions puts the registered exclusions of now behind their relation: the
// newest list of the lake, and what the answers of units exclude. They are told as of
// a day that the same versions always give, whatever the clock says: that on which the
// week ends, the last answer came or the list was imported, whichever is last.
func readExclusions(ctx context.Context, db *engine.DB, o *Options, week *report.Week) error {
	_, list, err := ledger.Current(o.Lake, time.Time{})
	if err != nil {
		return err
	}
	answers, err := feedback.Current(o.Lake)
	if err != nil {
		return err
	}
	var files []string
	at := week.CasesAsOf // the end of the week, or the last answer
	if list != nil {
		if list.ImportedAt.After(at) {
			at = list.ImportedAt
		}
		files, week.Exclusions = append(files, list.RowsPath()), append(week.Exclusions, list.ID())
		err = list.Verify()
	}
	if answers != nil {
		files, week.Exclusions = append(files, feedback.ExclusionsPath(answers)), append(week.Exclusions, feedback.Basis(answers))
		err = errors.Join(err, answers.Verify())
	}
	if err != nil {
		return fmt.Errorf("registered exclusions: %w", err)
	}
	day := DayOf(at, o.Zone)
	week.ExclusionsOn = day.Start(o.Zone)
	return errors.Join(db.Read(ctx, "raw_exclusions", files...), db.Set(ctx, "exclusions_on", engine.Day(day)))
}

// attachExclusions marks the suspects that are excluded by now.
func attachExclusions(ctx context.Context, db *engine.DB, list []report.Suspect) error {
	if err := db.Build(ctx, "int_excluded_now"); err != nil {
		return err
	}
	suspects := byHost(list)
	return db.Each(ctx, "select host, coalesce(excluded_since::varchar, '') from int_excluded_now", func(rows *sql.Rows) error {
		var host, since string
		err := rows.Scan(&host, &since)
		if s := suspects[host]; s != nil {
			s.ExcludedNow, s.ExcludedSince = true, since
		}
		return err
	})
}

// countExcluded counts the suspects of the week that are excluded by now, and tells
// each unit how many are its, and since when the first of them.
func countExcluded(week *report.Week) {
	byUnit := make(map[string]*report.Unit, len(week.Units))
	for i := range week.Units {
		byUnit[week.Units[i].Unit] = &week.Units[i]
	}
	for i := range week.Suspects {
		s := &week.Suspects[i]
		if !s.ExcludedNow {
			continue
		}
		week.SuspectsExcluded++
		u := byUnit[s.Unit]
		if u == nil {
			continue
		}
		if u.Excluded == 0 || s.ExcludedSince < u.ExcludedSince {
			u.ExcludedSince = s.ExcludedSince
		}
		u.Excluded++
	}
}
