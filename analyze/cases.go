package analyze

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"minewatch/analyze/engine"
	"minewatch/analyze/feedback"
	"minewatch/analyze/report"
)

// readFeedback puts what was sent and what came back behind the relations of the
// cases, and sets the moment that they are told as of: when the days told of are over, or
// when the last answer came, if that is later.
func readFeedback(ctx context.Context, db *engine.DB, lake string, over time.Time) (asOf time.Time, err error) {
	last, err := readAnswers(ctx, db, lake)
	if err != nil {
		return asOf, err
	}
	if asOf = over; last.After(asOf) {
		asOf = last
	}
	return asOf, db.Set(ctx, "as_of", asOf)
}

// readAnswers puts what was sent and what came back behind its relations, and says
// when the last answer came.
func readAnswers(ctx context.Context, db *engine.DB, lake string) (last time.Time, err error) {
	notices, err := feedback.NoticesPath(lake)
	if err != nil {
		return last, err
	}
	answers, rows, err := feedback.Standing(lake)
	if err != nil {
		return last, err
	}
	var sent, came []string
	if notices != "" {
		sent = append(sent, notices)
	}
	if answers != nil {
		came = append(came, feedback.StandingPath(answers))
		for i := range rows {
			if rows[i].ReceivedAt.After(last) {
				last = rows[i].ReceivedAt
			}
		}
	}
	return last, errors.Join(db.Read(ctx, "raw_notices", sent...), db.Read(ctx, "raw_feedback", came...))
}

// readCases reads how what units were told stands.
func readCases(ctx context.Context, db *engine.DB, week *report.Week) error {
	if err := db.Build(ctx, "mart_cases"); err != nil {
		return err
	}
	return db.Each(ctx, `select unit, host, city, county, round, notice_no, week, notices, grade, state, class, pending_class,
		notified_at, locate_by, located_at, located_in_time, report_by, reported_at, reported_in_time,
		answer_by, finished_at, clean_days, closed_on, seen_again from mart_cases`, func(rows *sql.Rows) error {
		var c report.Case
		var located, reported, answer, finished, closed, again sql.NullTime
		var locatedInTime, reportedInTime sql.NullBool
		err := rows.Scan(&c.Unit, &c.Host, &c.City, &c.County, &c.Round, &c.NoticeNo, &c.Week, &c.Notices, &c.Grade, &c.State, &c.Class, &c.PendingClass,
			&c.NotifiedAt, &c.LocateBy, &located, &locatedInTime, &c.ReportBy, &reported, &reportedInTime,
			&answer, &finished, &c.CleanDays, &closed, &again)
		c.LocatedAt, c.ReportedAt, c.AnswerBy, c.FinishedAt, c.ClosedOn, c.SeenAgain = located.Time, reported.Time, answer.Time, finished.Time, closed.Time, again.Time
		if locatedInTime.Valid {
			c.LocatedInTime = &locatedInTime.Bool
		}
		if reportedInTime.Valid {
			c.ReportedInTime = &reportedInTime.Bool
		}
		week.Cases = append(week.Cases, c)
		return err
	})
}

// readPrecision reads how often what units were told was right, in all regions.
func readPrecision(ctx context.Context, db *engine.DB, week *report.Week) error {
	if err := db.Build(ctx, "mart_precision"); err != nil {
		return err
	}
	return db.Each(ctx, "select kind, name, active, passive, research, false_alarms, not_found, precision_percent from mart_precision", func(rows *sql.Rows) error {
		var p report.Precision
		var percent sql.NullFloat64
		err := rows.Scan(&p.Kind, &p.Name, &p.Active, &p.Passive, &p.Research, &p.FalseAlarms, &p.NotFound, &percent)
		if percent.Valid {
			p.Percent = &percent.Float64
		}
		week.Precision = append(week.Precision, p)
		return err
	})
}
