package ingest

import (
	"context"
	"log/slog"
	"time"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
)

// landing is the lake's end of Collect. It appends what comes to the spool,
// which writes it at every flush, and gives the segments of a rotation to the
// publisher: whatever that takes for them, the receiving never waits for it.
type landing struct {
	o         *CollectOptions
	spool     *lake.Spool
	publisher *publisher

	counts   flow.Counts // as of the last batch, but for what became of its records
	accepted int64       // records appended
	cut      *cut        // that the publisher has not yet taken; nil: none
	said     int64       // lost records that the log knows of
	losing   bool        // it knows of some since writing began to fail
	failing  error       // why the last write failed …
	written  int64       // … when so many records had been written
}

// cut is a rotation: segments to publish, and the counts up to and with them.
type cut struct {
	segments []*lake.Segment
	counts   flow.Counts
	accepted int64
	lost     int64 // of the accepted, that the disk would not take
	fault    error // why it would not take the last ones; nil: it did
}

func newLanding(o *CollectOptions, spool *lake.Spool) *landing {
	return &landing{o: o, spool: spool, publisher: newPublisher(o, spool)}
}

// run lands what comes until full is closed, and returns when all of it is
// published, or could not be. The end of ctx only ends the recovery of what
// others have left.
func (l *landing) run(ctx context.Context, full <-chan *batch, empty chan<- *batch) flow.Counts {
	go l.publisher.run(ctx)
	// Rows are written at the second tick that finds them, and may have been on
	// their way here for a while.
	flush, rotate, report := time.NewTicker(l.o.FlushEvery*2/5), time.NewTicker(l.o.RotateEvery), time.NewTicker(l.o.ReportEvery)
	defer flush.Stop()
	defer rotate.Stop()
	defer report.Stop()
	for {
		select {
		case b, open := <-full:
			if !open {
				return l.end()
			}
			l.land(b)
			empty <- b
		case <-flush.C:
			l.o.Book.Tick(l.o.Now())
			l.note(l.spool.FlushAged())
			l.hand()
		case <-rotate.C:
			l.rotate()
		case <-report.C:
			l.report()
		}
	}
}

func (l *landing) land(b *batch) {
	l.counts = b.counts
	l.o.Book.Post(b.page)
	l.o.Book.PostUnseen(l.o.Now(), b.unseen)
	l.accepted += int64(b.records.Len())
	l.note(l.spool.Append(b.records))
	if l.spool.Unsealed() >= int64(l.o.FileRows) {
		l.rotate()
	}
}

// rotate closes the segments under way and has them published. Where the
// publisher is not yet done with those before, both wait for it as one.
func (l *landing) rotate() {
	segments, err := l.spool.Seal()
	l.note(err)
	if l.cut == nil {
		l.cut = &cut{}
	}
	l.cut.segments = append(l.cut.segments, segments...)
	l.cut.counts, l.cut.accepted, l.cut.lost = l.counts, l.accepted, l.spool.Lost()
	l.cut.fault = l.failing
	l.hand()
}

// hand gives the publisher its next work if it is ready for it.
func (l *landing) hand() {
	if l.cut == nil {
		return
	}
	select {
	case l.publisher.cuts <- l.cut:
		l.cut = nil
	default:
	}
}

func (l *landing) end() flow.Counts {
	l.rotate()
	if l.cut != nil {
		l.publisher.cuts <- l.cut
	}
	close(l.publisher.cuts)
	<-l.publisher.done
	return l.current()
}

// current is the counts at this moment.
func (l *landing) current() flow.Counts {
	c := cut{counts: l.counts, accepted: l.accepted, lost: l.spool.Lost()}
	return l.publisher.account(&c)
}

func (l *landing) report() {
	counts := l.current()
	l.o.Logger.Info("collecting", slog.String("counts", counts.String()), slog.Int64("pending_records", counts.RecordsPending))
	l.sayLost()
}

// note looks at how a write ended. A disk that fails does so twice a second:
// the log tells the beginning, the first loss, the end, and between them the sum.
func (l *landing) note(err error) {
	if err != nil && l.failing == nil {
		l.failing, l.written = err, l.spool.Written()
		l.o.Logger.Error("the lake cannot be written; trying again with the next records", slog.Any("error", err))
	}
	if err != nil && !l.losing && l.spool.Lost() > l.said {
		l.losing = true
		l.sayLost()
	}
	if err == nil && l.failing != nil && l.spool.Written() > l.written {
		l.sayLost()
		l.failing, l.losing = nil, false
		l.o.Logger.Info("the lake can be written again")
	}
}

// sayLost tells what was lost since it last did.
func (l *landing) sayLost() {
	lost := l.spool.Lost() - l.said
	if lost == 0 {
		return
	}
	l.said += lost
	l.o.Logger.Error("records lost: they could not be written", slog.Int64("records", lost), slog.Int64("records_in_all", l.said))
}
