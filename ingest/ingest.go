// Package ingest brings flows into the lake. Import reads files, Collect
// listens to routers; this file shows the whole way of both.
//
//	source   where datagrams and logs come from
//	decode   datagrams -> flow records
//	lake     flow records -> Parquet files that readers see whole or not at all
//
// Decoder and writer are a goroutine each, and batches of records cross between
// them. A batch carries the counts up to and with it, so that at every
// publication received = stored + each named drop, record for record. It also
// carries a page of the same by exporter and hour, for package account.
package ingest

import (
	"context"
	"errors"

	"minewatch/ingest/account"
	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
	"minewatch/ingest/source"
)

// Import stores the flows of each file: all of a file or, if it fails, nothing
// of it. A file that the lake already holds, by its SHA-256, is not stored
// again, unless that is asked for. A file that fails does not stop the others; the error joins those of
// all files that did.
func Import(ctx context.Context, o ImportOptions, paths ...string) (ImportResult, error) {
	o.setDefaults()
	var result ImportResult
	for _, path := range paths {
		if ctx.Err() != nil {
			return result, ctx.Err()
		}
		file := Imported{Path: path}
		file.Err = o.importFile(ctx, &file)
		if file.Err != nil && ctx.Err() != nil {
			return result, ctx.Err()
		}
		result.add(&file)
		o.OnFile(&file)
	}
	return result, result.err()
}

// importFile is the way of one file.
func (o *ImportOptions) importFile(ctx context.Context, file *Imported) error {
	in, err := openInput(file.Path, o.OnProgress, o.known)
	if err != nil {
		return err
	}
	defer in.close() //nolint:errcheck // it was only read
	file.Format, file.SHA256, file.Bytes = in.format, in.sha256, in.bytes

	begun := o.Now().UTC()
	records, err := o.records(in)
	if err != nil {
		return in.wrap(err)
	}
	w, err := lake.NewWriter(o.Lake, lake.Options{Name: writerName(in.sha256), Logger: o.Logger})
	if err != nil {
		return in.wrap(err)
	}
	defer w.Close() //nolint:errcheck // it removes what only concerns the writer
	before, err := o.lookUp(in, file)
	if err != nil {
		return in.wrap(err)
	}
	if file.Duplicate {
		return o.pass(ctx, in, records)
	}
	w.After(before.sequence)

	s := &store{w: w, book: account.NewBook(o.Logger)}
	ended, err := pump(ctx, records, s.append)
	if err == nil {
		err = in.complete(ended)
	}
	if err == nil {
		file.Files, err = o.publish(ctx, in, s, begun, &before)
	}
	if err != nil {
		err = in.wrap(errors.Join(err, s.drop()))
	}
	file.Counts, file.CutOff, file.Replaced = s.counts, in.cutOff, before.replaced
	return err
}

// Collect listens until ctx ends. Twice a second it writes what came to
// segments under hot/, which outlive it however it ends, and at every rotation
// it publishes them; at its start, what collectors that died have left. It
// returns the counts since then; its errors are those of the start and of the
// sockets. When the disk fails, it says so in the log, counts the records that
// could not be written as lost and goes on with the next; those that were
// written wait for the disk.
func Collect(ctx context.Context, o CollectOptions) (flow.Counts, error) {
	o.setDefaults()
	ctx, stop := context.WithCancel(ctx)
	defer stop()

	spool, err := lake.OpenSpool(o.Lake, lake.SpoolOptions{Name: o.Name, Logger: o.Logger, OnLost: o.settleLost})
	if err != nil {
		return flow.Counts{}, err
	}
	defer spool.Close() //nolint:errcheck // everything was written, or its error said
	listener, err := source.ListenUDP(ctx, o.Listen, o.UDP)
	if err != nil {
		return flow.Counts{}, err
	}
	defer openState(&o).start()()
	o.OnListening(listener.Sockets())

	full, empty := newBatches()
	go o.receive(listener, stop, full, empty)
	counts := newLanding(&o, spool).run(ctx, full, empty)
	return counts, listener.Wait()
}
