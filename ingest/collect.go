package ingest

import (
	"context"
	"errors"
	"log/slog"
	"path"
	"time"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
	"minewatch/ingest/policy"
	"minewatch/ingest/source"
)

// CollectOptions say where to listen, to whom, and how long.
type CollectOptions struct {
	Lake    string // folder of the lake
	Name    string // unique among all collectors of the lake, in all time
	Program string // name and version, for the manifests

	Listen []source.Listen
	Policy *policy.Live // whose exports are taken and how; nil: everybody's. It may be exchanged while collecting
	Decode decode.Options

	// HeaderTime stores records under the time in their datagram's header
	// instead of its arrival: for replays of old traffic, and for labs. sFlow
	// says no time, so it keeps the arrival.
	HeaderTime bool

	RotateEvery   time.Duration // default 1 minute
	FileRows      int           // publish earlier when as many rows wait; default 8 Mi
	ReportEvery   time.Duration // between summaries in the log; default 1 minute
	Duration      time.Duration // stop after this; 0: not
	StopAfterIdle time.Duration // stop when no datagram has come for this long after one; 0: not

	Now         func() time.Time           // required
	Logger      *slog.Logger               // nil: discard
	OnListening func([]source.SocketState) // called when the sockets are open; nil: not
}

func (o *CollectOptions) setDefaults() {
	if o.RotateEvery == 0 {
		o.RotateEvery = time.Minute
	}
	if o.ReportEvery == 0 {
		o.ReportEvery = time.Minute
	}
	if o.FileRows == 0 {
		o.FileRows = 8 << 20
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Policy == nil {
		o.Policy = policy.NewLive(policy.Rules{ClockLimit: o.Decode.ClockLimit, SamplingDefault: o.Decode.DefaultSampling})
	}
	o.Decode.Policy = o.Policy
	if o.OnListening == nil {
		o.OnListening = func([]source.SocketState) {}
	}
}

// receive decodes what the listener delivers until that is closed, and closes
// full then. It calls stop when its time has come; the listener then delivers
// what the kernel still holds.
func (o *CollectOptions) receive(l *source.Listener, stop context.CancelFunc, full chan<- *batch, empty <-chan *batch) {
	defer close(full)
	if o.Duration > 0 {
		defer time.AfterFunc(o.Duration, stop).Stop()
	}
	idle := newIdleTimer(o.StopAfterIdle, stop)
	in := &intake{
		allow:      newAllowList(o.Policy, o.Logger),
		headerTime: o.HeaderTime,
		now:        o.Now,
		decoder:    decode.New(o.Decode),
	}
	for arrived := range l.Batches() {
		idle()
		datagrams := arrived.Datagrams
		for len(datagrams) > 0 {
			b := <-empty
			b.records.Reset()
			for len(datagrams) > 0 && b.records.Len() < batchRecords {
				in.take(&datagrams[0], b.records)
				datagrams = datagrams[1:]
			}
			b.counts = countsOf(in, l)
			full <- b
		}
		arrived.Release()
	}
	b := <-empty
	b.records.Reset()
	b.counts = countsOf(in, l) // what the listener dropped at the end
	full <- b
}

// newIdleTimer returns a function that is to be called with every arrival. When
// it was called, and then not for the limit, stop is called. A limit of 0 is
// none.
func newIdleTimer(limit time.Duration, stop func()) (arrived func()) {
	if limit == 0 {
		return func() {}
	}
	var timer *time.Timer
	return func() {
		if timer == nil {
			timer = time.AfterFunc(limit, stop)
			return
		}
		timer.Reset(limit)
	}
}

// countsOf is what was taken in, and what the listener could not deliver.
func countsOf(in *intake, l *source.Listener) flow.Counts {
	c, u := in.counts(), l.Counts()
	c.Datagrams += u.QueueDropped
	c.DatagramBytes += u.QueueDroppedBytes
	c.DatagramsQueue += u.QueueDropped
	c.DatagramsKernel = u.KernelDropped
	return c
}

// storeUntilClosed appends what comes and publishes at every rotation.
func (o *CollectOptions) storeUntilClosed(s *store, full <-chan *batch, empty chan<- *batch) {
	rotate, report := time.NewTicker(o.RotateEvery), time.NewTicker(o.ReportEvery)
	defer rotate.Stop()
	defer report.Stop()
	j := &journal{o: o, begun: o.Now().UTC()}
	for {
		select {
		case b, open := <-full:
			if !open {
				o.publish(s, j)
				return
			}
			err := s.append(b)
			empty <- b
			if err != nil {
				o.lose(s, err)
			} else if s.w.Pending() >= int64(o.FileRows) {
				o.publish(s, j)
			}
		case <-rotate.C:
			o.publish(s, j)
		case <-report.C:
			o.Logger.Info("collecting", slog.String("counts", s.counts.String()), slog.Int64("pending_records", s.w.Pending()))
		}
	}
}

func (o *CollectOptions) publish(s *store, j *journal) {
	files, err := s.publish()
	if err != nil {
		o.lose(s, err)
	}
	if err := j.write(files, &s.counts); err != nil {
		o.Logger.Error("the flows are stored, but not their manifest", slog.Any("error", err))
	}
}

// lose gives up what the disk would not take. Without that the memory would
// fill up, and the next datagrams be lost uncounted.
func (o *CollectOptions) lose(s *store, err error) {
	lost := s.w.Pending()
	err = errors.Join(err, s.drop())
	o.Logger.Error("records lost: the lake cannot be written; trying again at the next rotation",
		slog.Int64("records", lost), slog.Any("error", err))
}

// journal is a collector's manifests. There is one for each day, in UTC, on
// which it published: what came in and was written since the one before.
type journal struct {
	o        *CollectOptions
	begun    time.Time
	day      string
	before   flow.Counts // at the end of the day before
	last     flow.Counts // at the last write
	manifest lake.Manifest
}

// write adds the files of a publication to the day's manifest.
func (j *journal) write(files []lake.File, counts *flow.Counts) error {
	if len(files) == 0 && j.last == *counts {
		return nil
	}
	now := j.o.Now().UTC()
	if day := now.Format(time.DateOnly); day != j.day {
		j.day, j.before = day, j.last
		j.manifest = lake.Manifest{Program: j.o.Program, Writer: j.o.Name, Begun: j.begun}
	}
	j.manifest.Written = now
	j.manifest.Files = append(j.manifest.Files, files...)
	j.manifest.Counts = *counts
	j.manifest.Counts.Sub(&j.before)
	j.last, j.begun = *counts, now
	return lake.WriteManifest(j.o.Lake, path.Join("collect", j.day, j.o.Name+".json"), &j.manifest)
}
