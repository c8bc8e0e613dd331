package ingest

import (
	"context"
	"errors"
	"io"

	"golang.org/x/sync/errgroup"

	"minewatch/ingest/account"
	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
)

const (
	batchRecords = 2048 // in a batch, about
	// batchQueue is the batches between decoder and writer: one for each, and one
	// on the way. More would only be more memory that the processor has to go
	// through; where the writer has to wait, the datagrams do so in their queue.
	batchQueue = 3
)

// batch is what crosses from the decoder to the writer.
type batch struct {
	records *flow.Batch
	counts  flow.Counts // of everything up to and with these records, but for storing them

	// The same by exporter and hour: of these records alone, and what nobody
	// has seen of whom, since the start.
	page   *account.Page
	unseen account.Unseen
}

// recordReader is an input as flow records.
type recordReader interface {
	// next adds the next records to b; io.EOF at the end, possibly with the
	// last records.
	next(b *batch) error
	// counts is what was read so far.
	counts() flow.Counts
}

// pump reads r to its end and hands its batches to put. What ended the reading
// before the end comes back as the first error, after all that was read has
// been put; what put failed with, or the end of ctx, as the second.
func pump(ctx context.Context, r recordReader, put func(*batch) error) (ended, failed error) {
	full, empty := newBatches()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(full)
		for ended == nil {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case b := <-empty:
				b.records.Reset()
				ended = r.next(b)
				b.counts = r.counts()
				full <- b
			}
		}
		return nil
	})
	g.Go(func() error {
		for b := range full {
			if err := put(b); err != nil {
				return err
			}
			empty <- b
		}
		return nil
	})
	failed = g.Wait()
	if errors.Is(ended, io.EOF) {
		ended = nil
	}
	return ended, failed
}

// newBatches makes the batches that go round between decoder and writer. Each
// channel has room for all of them, so that giving one on never waits.
func newBatches() (full, empty chan *batch) {
	full = make(chan *batch, batchQueue)
	empty = make(chan *batch, batchQueue)
	for range batchQueue {
		empty <- &batch{records: flow.NewBatch(batchRecords), page: account.NewPage()}
	}
	return full, empty
}

// store is the lake's end of the way: it appends and publishes, and knows what
// became of every record.
type store struct {
	w      *lake.Writer
	book   *account.Book
	counts flow.Counts // as of the last batch, and what became of the records
	failed bool        // the lake did, since the last publication
}

// append adds the records of b. Until they are published, or dropped, they are
// pending.
func (s *store) append(b *batch) error {
	stored, aborted, disk := s.counts.RecordsStored, s.counts.RecordsAborted, s.counts.RecordsDisk
	s.counts = b.counts
	s.counts.RecordsStored, s.counts.RecordsAborted, s.counts.RecordsDisk = stored, aborted, disk
	s.book.Post(b.page)
	err := s.w.Append(b.records)
	s.failed = s.failed || err != nil
	return err
}

// publish makes everything pending visible: all of it or, after an error,
// nothing.
func (s *store) publish() ([]lake.File, error) {
	return s.publishAs(s.w.Publish)
}

// replace is publish in the place of other files of the lake.
func (s *store) replace(old []string) ([]lake.File, error) {
	return s.publishAs(func() ([]lake.File, error) { return s.w.Replace(old) })
}

func (s *store) publishAs(publish func() ([]lake.File, error)) ([]lake.File, error) {
	pending := s.w.Pending()
	files, err := publish()
	if err != nil {
		s.failed = true
		return nil, err
	}
	s.counts.RecordsStored += pending
	s.book.SettleAll(account.Stored)
	s.failed = false
	return files, nil
}

// drop gives up what is pending, and counts it by whose fault that is.
func (s *store) drop() error {
	if s.failed {
		s.counts.RecordsDisk += s.w.Pending()
		s.book.SettleAll(account.Disk)
	} else {
		s.counts.RecordsAborted += s.w.Pending()
		s.book.SettleAll(account.Aborted)
	}
	s.failed = false
	return s.w.Abort()
}
