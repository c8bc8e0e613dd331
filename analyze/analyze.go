package analyze

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"minewatch/analyze/engine"
)

// ErrCheck is returned when a chk_ query found rows: nothing was published.
var ErrCheck = errors.New("a data check failed")

// Night matches one day with the feed and publishes what it found. Running it
// twice gives the same answer; a run that fails publishes nothing.
//
// It reads the flow files that there are when it begins. Where compaction
// replaces one of them meanwhile, it begins again with what is there then.
func Night(ctx context.Context, o Options, day Day) (*Manifest, error) {
	end, err := o.turn(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	for attempt := 1; ; attempt++ {
		manifest, err := o.night(ctx, day)
		if !errors.Is(err, engine.ErrGone) || attempt == maxListings {
			return manifest, err
		}
		o.logger().Info("flows were compacted meanwhile, reading them again", slog.String("day", string(day)), slog.Any("reason", err))
	}
}

// maxListings bounds how often a night begins again: an hour is compacted when
// it closes, and then as often as flows come late.
const maxListings = 4

func (o Options) night(ctx context.Context, day Day) (*Manifest, error) {
	inputs, err := findInputs(&o, day)
	if err != nil {
		return nil, fmt.Errorf("night of %s: %w", day, err)
	}
	db, err := o.open(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Close() //nolint:errcheck // only temporary files are left to it

	run := &night{Options: o, day: day, db: db, inputs: inputs}
	defer run.abort()
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"note what is read", run.describeInputs},
		{"read flows, feed and ledger", run.read},
		{"match flows with the feed", run.match},
		{"gather contacts", run.contacts},
		{"check contacts", run.check("chk_contacts", "chk_night_counts", "chk_coverage")},
		{"add the days before", run.addHistory},
		{"grade and rank hosts", run.rank},
		{"check suspects", run.check("chk_suspects")},
		{"keep what became of hosts", run.keepPast},
		{"publish", run.publish},
	} {
		if err := run.step(ctx, step.name, step.do); err != nil {
			err = run.name(ctx, err)
			return nil, fmt.Errorf("night of %s: %s: %w", day, step.name, err)
		}
	}
	return run.manifest, nil
}

// check builds chk_ relations; a row in one of them fails the run.
func (n *night) check(names ...string) func(context.Context) error {
	return func(ctx context.Context) error { return runChecks(ctx, n.db, names...) }
}

func runChecks(ctx context.Context, db *engine.DB, names ...string) error {
	for _, name := range names {
		if err := db.Build(ctx, name); err != nil {
			return err
		}
		faults, err := db.Sample(ctx, name, 5)
		if err != nil {
			return err
		}
		if faults != "" {
			return fmt.Errorf("%w: %s:\n%s", ErrCheck, name, faults)
		}
	}
	return nil
}
