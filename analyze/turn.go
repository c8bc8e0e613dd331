package analyze

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"minewatch/analyze/lockfile"
)

// Turn is the right to write nights into a lake: one run has it at a time.
type Turn struct{ unlock func() }

// End gives it back.
func (t *Turn) End() { t.unlock() }

// TakeTurn waits for the turn, at most for so long, and then finishes what a
// run that was killed left. The error says who has it and since when. A run
// over several days takes it once and puts it into Options.
func (o *Options) TakeTurn(ctx context.Context, patience time.Duration) (*Turn, error) {
	if _, err := os.Stat(o.Lake); err != nil {
		return nil, noLake(o.Lake, err)
	}
	folder := filepath.Join(o.Lake, "manifests")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	unlock, err := lockfile.Take(ctx, filepath.Join(folder, ".nights.lock"), cmp.Or(o.Command, "minewatch"), o.Now, patience)
	var held *lockfile.HeldError
	if errors.As(err, &held) {
		held.Owner.Since = held.Owner.Since.In(o.Zone)
		return nil, fmt.Errorf("nights are being run in lake %s by %s: wait for it with --wait 1h, or try again later; nothing was changed: %w", o.Lake, &held.Owner, ErrTurn)
	}
	if err != nil {
		return nil, err
	}
	if err := settle(o.Lake, o.logger()); err != nil {
		unlock()
		return nil, fmt.Errorf("tidy up after an interrupted night: %w", err)
	}
	return &Turn{unlock}, nil
}

// ErrTurn is returned where another run writes nights.
var ErrTurn = errors.New("it is another's turn")

// turn takes the turn, unless the caller has it, for all that is run with these
// options.
func (o *Options) turn(ctx context.Context) (end func(), err error) {
	if o.Turn != nil {
		return func() {}, nil
	}
	if o.Turn, err = o.TakeTurn(ctx, 0); err != nil {
		return nil, err
	}
	return o.Turn.End, nil
}

func noLake(lake string, err error) error {
	return fmt.Errorf("lake %s: %w: name it with --lake, or fill it with 'minewatch collect' or 'minewatch import'", lake, err)
}
