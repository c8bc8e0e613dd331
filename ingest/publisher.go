package ingest

import (
	"context"
	"errors"
	"log/slog"
	"path"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
)

// publisher makes Parquet files of a collector's segments, beside the
// receiving. What cannot be published waits on the disk for the next rotation,
// and at the end for the next start.
type publisher struct {
	o       *CollectOptions
	spool   *lake.Spool
	cuts    chan *cut
	done    chan struct{}
	journal *journal

	waiting []*lake.Segment // in the order of their sequence
	files   []lake.File     // published, and not yet in the journal
	said    string          // the last error of a recovery that the log knows of
	behind  error           // why what dead collectors have left still waits; nil: nothing does

	stored, unreadable atomic.Int64 // records
}

func newPublisher(o *CollectOptions, spool *lake.Spool) *publisher {
	return &publisher{
		o: o, spool: spool,
		cuts: make(chan *cut), done: make(chan struct{}),
		journal: &journal{o: o, begun: o.Now().UTC(), written: true},
	}
}

// run publishes what dead collectors have left, and then cut after cut until
// the channel is closed.
func (p *publisher) run(ctx context.Context) {
	defer close(p.done)
	defer p.closeBook()
	p.recover(ctx)
	for c := range p.cuts {
		p.waiting = append(p.waiting, c.segments...)
		fault := errors.Join(c.fault, p.publish())
		counts := p.account(c)
		if err := p.journal.write(p.files, &counts); err != nil {
			p.o.Logger.Error("manifest not written; trying again at the next rotation", slog.Any("error", err))
			fault = errors.Join(fault, err)
		}
		p.o.OnPublished(errors.Join(fault, p.writeReceipts(), p.behind))
		p.files = nil
		if len(p.waiting) == 0 {
			p.recover(ctx) // another collector may have died since
		}
	}
	if p.behind != nil {
		p.o.Logger.Error("flows of a dead collector still wait in the lake's folder hot; the next start publishes them", slog.Any("error", p.behind))
	}
}

// publish tries every segment that waits, and keeps those that fail.
func (p *publisher) publish() error {
	published, faults := make([]lake.Published, len(p.waiting)), make([]error, len(p.waiting))
	var g errgroup.Group
	// Half of the processors are left to the receiving.
	g.SetLimit(max(1, runtime.GOMAXPROCS(0)/2))
	for i, segment := range p.waiting {
		g.Go(func() error {
			published[i], faults[i] = segment.Publish()
			return nil
		})
	}
	_ = g.Wait() // faults has the errors

	var left []*lake.Segment
	for i, segment := range p.waiting {
		if faults[i] != nil {
			left = append(left, segment)
			continue
		}
		p.settle(&published[i])
		p.unreadable.Add(published[i].Lost)
		if published[i].Lost > 0 {
			p.o.Logger.Error("records lost: they could not be read back from the disk",
				slog.Int64("records", published[i].Lost), slog.Int("segment", i))
		}
		if file := published[i].File; file != nil {
			p.stored.Add(file.Rows)
			p.files = append(p.files, *file)
		}
	}
	if p.waiting = left; len(left) > 0 {
		rows := int64(0)
		for _, segment := range left {
			rows += segment.Rows()
		}
		p.o.Logger.Error("flows wait in the lake's folder hot, for they cannot be published; trying again at the next rotation",
			slog.Int64("records", rows), slog.Int("segments", len(left)), slog.Any("error", firstOf(faults)))
	}
	return firstOf(faults)
}

// firstOf is the first error: when a disk is full, the others say the same.
func firstOf(faults []error) error {
	for _, err := range faults {
		if err != nil {
			return err
		}
	}
	return nil
}

// account is the counts at a cut, with what has become of its records by now.
func (p *publisher) account(c *cut) flow.Counts {
	counts := c.counts
	counts.RecordsStored = p.stored.Load()
	counts.RecordsDisk = c.lost + p.unreadable.Load()
	counts.RecordsPending = c.accepted - counts.RecordsStored - counts.RecordsDisk
	return counts
}

// recover publishes what collectors that died have left behind, and leaves a
// manifest of it.
func (p *publisher) recover(ctx context.Context) {
	recovered, err := p.spool.Recover(ctx)
	p.behind = err
	if err != nil && err.Error() != p.said {
		p.said = err.Error()
		p.o.Logger.Error("what a dead collector has left cannot be published; trying again at every rotation", slog.Any("error", err))
	}
	for _, r := range recovered {
		p.o.Logger.Warn("recovered the flows of a dead collector", slog.String("writer", r.Writer),
			slog.Int64("records", r.Rows), slog.Int64("lost_records", r.Lost), slog.Int("files", len(r.Files)))
		if err := p.writeRecovered(&r); err != nil {
			p.o.Logger.Error("the flows are stored, but not their manifest", slog.Any("error", err))
		}
	}
}

// writeRecovered leaves a manifest of what was recovered from one writer. That
// writer may take several recoveries, where the disk fills up in between.
func (p *publisher) writeRecovered(r *lake.Recovered) error {
	name := path.Join("recover", r.Writer+".json")
	now := p.o.Now().UTC()
	m, err := lake.ReadManifest(p.o.Lake, name)
	if m == nil {
		m = &lake.Manifest{Writer: r.Writer, Begun: now}
	}
	m.Program, m.Written = p.o.Program, now
	m.Files = append(m.Files, r.Files...)
	m.Counts.Records += r.Rows + r.Lost
	m.Counts.RecordsStored += r.Rows
	m.Counts.RecordsDisk += r.Lost
	return errors.Join(err, lake.WriteManifest(p.o.Lake, name, m))
}
