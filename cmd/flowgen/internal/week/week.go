package week

import (
	"context"
	"errors"
	"fmt"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/network"
	"minewatch/cmd/flowgen/internal/pool"
	"minewatch/cmd/flowgen/internal/province"
	"minewatch/cmd/flowgen/internal/scenario"
	"minewatch/cmd/flowgen/internal/traffic"
	"minewatch/cmd/flowgen/internal/wire"
)

// smallWeek is the number of flows below which fewer hosts of each behaviour
// are planted, so that the background is not lost among them.
const smallWeek = 500_000

// dayWeights is how the background spreads over the week: less on the weekend.
var dayWeights = [calendar.Days]float64{.147, .148, .149, .149, .147, .132, .128}

// Options says what to generate.
type Options struct {
	Seed      uint64
	Week      calendar.Week
	Zone      string
	Flows     int     // records in all exports, about
	Sampling  uint32  // rate of all routers; 0 = as each is by default
	Gaps      bool    // lose datagrams, and every router for some hours
	Live      int     // exporters whose last day is kept apart for UDP
	LiveShare float64 // of the background, for those
	// Lookalikes are hosts that stay with an unlisted endpoint for hours and
	// mine nothing, beyond Flows.
	Lookalikes int
	Dir        string // must exist
	// Progress, if not nil, is told after every capture file how many flow
	// records all files hold so far.
	Progress func(day string, records int64)
}

// Check tells every option that is out of range.
func (o Options) Check() error {
	var errs []error
	if o.Flows < 1 || o.Flows > 1_000_000_000 {
		errs = append(errs, fmt.Errorf("flows %d: want 1 to 1,000,000,000", o.Flows))
	}
	if o.Live < 0 || o.Live > network.MaxLive {
		errs = append(errs, fmt.Errorf("live exporters %d: want 0 to %d", o.Live, network.MaxLive))
	}
	if o.LiveShare < 0 || o.LiveShare > 0.9 {
		errs = append(errs, fmt.Errorf("live share %g: want 0 to 0.9", o.LiveShare))
	}
	if o.Sampling > 16383 { // NetFlow v5 has 14 bits for it
		errs = append(errs, fmt.Errorf("sampling %d: want 0 to 16383", o.Sampling))
	}
	if o.Lookalikes < 0 || o.Lookalikes > 100_000 {
		errs = append(errs, fmt.Errorf("lookalikes %d: want 0 to 100,000", o.Lookalikes))
	}
	return errors.Join(errs...)
}

// Run writes the week into o.Dir and returns what it wrote.
func Run(ctx context.Context, o Options) (*Summary, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	var hold holder
	net := network.New(o.Week, network.Options{Live: o.Live, LiveShare: o.LiveShare, Sampling: o.Sampling}, func(r *network.Router, rec wire.Record) {
		hold.add(r.Index, o.Week.Index(rec.Export), rec)
	})
	world := scenario.World{
		Seed: o.Seed, Week: o.Week, Network: net,
		Province: province.New(o.Seed), Pools: pool.New(o.Seed, o.Week),
	}
	planted, err := scenario.Plant(world, o.Flows < smallWeek)
	if err != nil {
		return nil, fmt.Errorf("plant hosts: %w", err)
	}
	sum := newSummary(&o, planted.Truth, hold.count)
	if err := writeTables(o.Dir, world, planted); err != nil {
		return nil, err
	}
	background := max(o.Flows-hold.count, o.Flows/5)
	if err := exportDays(ctx, &o, world, &hold, background, sum); err != nil {
		return nil, err
	}
	sum.BackgroundRecords = int64(hold.count) - sum.PlantedRecords
	return sum, sum.write(o.Dir)
}

// exportDays draws the background day by day and writes every router's files.
func exportDays(ctx context.Context, o *Options, w scenario.World, hold *holder, background int, sum *Summary) error {
	exporters, err := newExporters(o, w.Network)
	if err != nil {
		return err
	}
	var sites []*traffic.Background
	for _, s := range w.Network.Sites {
		sites = append(sites, traffic.NewBackground(o.Seed, w.Network, s, w.Province, w.Week))
	}
	for day := range calendar.Days {
		for i, s := range w.Network.Sites {
			if err := ctx.Err(); err != nil {
				return err
			}
			sites[i].Day(day, int(float64(background)*s.Share*share(s, day)))
		}
		planted := lookalikes(o, sites, func(i int) bool { return w.Network.Sites[i].Live }, day)
		if day == lastDay {
			if err := writeLookalikes(o.Dir, planted); err != nil {
				return err
			}
		}
		for _, e := range exporters {
			records := hold.day(e.router.Index, day)
			if e.live && day < calendar.Days-1 {
				continue
			}
			file, err := e.writeDay(o.Dir, w.Week.Date(day), records)
			if err != nil {
				return err
			}
			sum.add(file, e.live)
			if o.Progress != nil {
				o.Progress(w.Week.Date(day), sum.Captures.Records+sum.Live.Records)
			}
		}
	}
	return nil
}

// share is the part of a site's background that falls on a day: live sites have
// all of it on the last.
func share(s *network.Site, day int) float64 {
	switch {
	case !s.Live:
		return dayWeights[day]
	case day == calendar.Days-1:
		return 1
	default:
		return 0
	}
}
