package analyze

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"time"

	"minewatch/analyze/engine"
)

// Options are what every run of the analysis needs.
type Options struct {
	Lake       string             // directory of the lake
	Site       string             // whose reports these are, for their head
	Zone       *time.Location     // days and weeks are told in it
	Internal   []netip.Prefix     // the internal side; empty = the side that is not the pool
	Thresholds map[string]float64 // overrides of Thresholds, by name
	TTLDays    map[string]int     // days that an entry stays valid after its last sighting, by evidence; "default" for the rest
	FeedAsOf   time.Time          // use the feed as it was known then; zero = now
	Reach      time.Duration      // how far a flow's end may lie from its receipt for a night to find it; up to an hour is an hour
	Engine     engine.Options     // Lake and Logger are filled in
	HashFlows  bool               // hash flow files as a whole, beside their footers
	Version    string             // of the program, for manifests and reports
	Command    string             // the command line, told to those whose turn it is not
	Turn       *Turn              // of a caller that runs several nights; nil: each run takes its own
	Now        func() time.Time
	Logger     *slog.Logger               // nil: discard
	Progress   func(day Day, step string) // called when a step of a night begins; nil: not
}

// open starts an engine session with the thresholds set, and the days that do not have
// 24 hours.
func (o *Options) open(ctx context.Context) (*engine.DB, error) {
	settings := o.Engine
	settings.Lake, settings.Logger = o.Lake, o.Logger
	db, err := engine.Open(ctx, settings)
	if err != nil {
		return nil, err
	}
	err = db.Set(ctx, "odd_days", oddDays(cmp.Or(o.Zone, time.UTC)))
	for name, value := range o.thresholds() {
		err = errors.Join(err, db.Set(ctx, name, value))
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// reach is at least an hour: the collector replaces exporter times that are
// off by more than its clock limit, so every flow's end is within the reach of
// one night.
func (o *Options) reach() time.Duration { return max(o.Reach, time.Hour) }

// logger is the given one, or one that says nothing.
func (o *Options) logger() *slog.Logger {
	if o.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return o.Logger
}

// thresholds are the effective ones, by name.
func (o *Options) thresholds() map[string]float64 { return effective(Thresholds, o.Thresholds) }

// effective are the values of thresholds, by name, with what overrides them.
func effective(list []Threshold, overrides map[string]float64) map[string]float64 {
	values := make(map[string]float64, len(list))
	for _, t := range list {
		values[t.Name] = t.Default
		if v, ok := overrides[t.Name]; ok {
			values[t.Name] = v
		}
	}
	return values
}
