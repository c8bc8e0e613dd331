package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
)

// writeLake writes the day's hours, on all cores.
func (p *plan) writeLake(ctx context.Context, dir string) error {
	hours := make(chan int64)
	faults := make(chan error, runtime.NumCPU())
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var writers sync.WaitGroup
	for n := range runtime.NumCPU() {
		writers.Go(func() {
			if err := p.writeHours(ctx, dir, fmt.Sprintf("fill%d", n), hours); err != nil {
				faults <- err
				stop(err)
			}
		})
	}
	for hour := range int64(24) {
		select {
		case hours <- hour:
		case <-ctx.Done():
		}
	}
	close(hours)
	writers.Wait()
	close(faults)
	err := context.Cause(ctx)
	for fault := range faults {
		err = errors.Join(err, fault)
	}
	return err
}

// writeHours is one writer, for as long as there are hours.
func (p *plan) writeHours(ctx context.Context, dir, name string, hours <-chan int64) error {
	w, err := lake.NewWriter(dir, lake.Options{Name: name})
	if err != nil {
		return err
	}
	defer w.Close() //nolint:errcheck // what counts is published
	b := flow.NewBatch(stretch)
	for hour := range hours {
		err := p.each(ctx, b, p.flows*hour/24, p.flows*(hour+1)/24, w.Append)
		if err == nil {
			_, err = w.Publish()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// stretch is how many flows are made at a time.
const stretch = 1 << 16

// each makes the flows from one number to another and hands them on.
func (p *plan) each(ctx context.Context, b *flow.Batch, from, to int64, use func(*flow.Batch) error) error {
	for ; from < to; from += stretch {
		if err := ctx.Err(); err != nil {
			return err
		}
		b.Reset()
		newMaker(p, from).fill(b, from, min(from+stretch, to))
		if err := use(b); err != nil {
			return err
		}
	}
	return nil
}
