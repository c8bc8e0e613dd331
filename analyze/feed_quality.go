package analyze

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"minewatch/analyze/engine"
	"minewatch/analyze/feed"
)

// FeedQuality is what one source of the feed is worth.
type FeedQuality struct {
	Feed, Source, Version         string
	Endpoints, Prefixes           int // Prefixes of Endpoints
	Live, Dead, Shared            int // of Endpoints
	DeadPercent, PortKnownPercent float64
	ElsewherePercent              float64 // that another source names, too
	AgeDays                       float64 // since the list said so
	LastSeen                      sql.NullTime
	Contacts, EndpointsMet        int
	Hosts, HostsA, HostsB         int
	LastHit                       sql.NullTime    // a day
	Answers, Confirmed, Refuted   sql.NullInt64   // what units answered, see report.Precision; null: nobody did
	PrecisionPercent              sql.NullFloat64 // Confirmed of Confirmed and Refuted
}

// RateFeeds says what each source of the feed is worth: how large, old, dead
// and shared it is, what it has found in the nights from..to, and how often units
// who were told of it, in whichever night, said that it was right.
func RateFeeds(ctx context.Context, o Options, from, to Day) (list []FeedQuality, err error) {
	err = steadily(ctx, o.Lake, func() error {
		list, err = rateFeeds(ctx, o, from, to)
		return err
	})
	return list, err
}

func rateFeeds(ctx context.Context, o Options, from, to Day) ([]FeedQuality, error) {
	versions, err := feed.Versions(o.Lake)
	if err != nil {
		return nil, err
	}
	negatives, err := feed.Negatives(o.Lake)
	if err != nil {
		return nil, err
	}
	contacts, err := believedFiles(ctx, o.Lake, "contacts", from, to)
	if err != nil {
		return nil, err
	}
	suspects, err := believedFiles(ctx, o.Lake, "suspects", from, to)
	if err != nil {
		return nil, err
	}
	db, err := o.open(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Close() //nolint:errcheck // only temporary files are left to it
	asOf := o.FeedAsOf
	if asOf.IsZero() {
		asOf = o.Now()
	}
	if _, err := readAnswers(ctx, db, o.Lake); err != nil {
		return nil, err
	}
	if err := errors.Join(
		readFeed(ctx, db, &o, feed.Effective(versions, asOf), feed.Effective(negatives, asOf)),
		db.ReadGrown(ctx, "raw_contacts", paths(contacts)...),
		db.ReadGrown(ctx, "raw_suspects", paths(suspects)...),
		setSpan(ctx, db, from, to, asOf),
		db.Build(ctx, "mart_feed_quality"),
	); err != nil {
		return nil, err
	}
	var list []FeedQuality
	err = db.Each(ctx, "select * from mart_feed_quality", func(rows *sql.Rows) error {
		var q FeedQuality
		err := rows.Scan(&q.Feed, &q.Source, &q.Version, &q.Endpoints, &q.Prefixes, &q.Live, &q.Dead, &q.DeadPercent, &q.Shared,
			&q.PortKnownPercent, &q.ElsewherePercent, &q.AgeDays, &q.LastSeen, &q.Contacts, &q.EndpointsMet,
			&q.Hosts, &q.HostsA, &q.HostsB, &q.LastHit, &q.Answers, &q.Confirmed, &q.Refuted, &q.PrecisionPercent)
		list = append(list, q)
		return err
	})
	return list, err
}

// setSpan gives the days and the moment to the queries.
func setSpan(ctx context.Context, db *engine.DB, from, to Day, asOf time.Time) error {
	return errors.Join(
		db.Set(ctx, "window_from", engine.Day(from)),
		db.Set(ctx, "window_to", engine.Day(to)),
		db.Set(ctx, "as_of", asOf),
	)
}
