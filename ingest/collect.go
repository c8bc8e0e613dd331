package ingest

import (
	"context"
	"log/slog"
	"time"

	"minewatch/ingest/account"
	"minewatch/ingest/decode"
	"minewatch/ingest/policy"
	"minewatch/ingest/source"
)

// CollectOptions say where to listen, to whom, and how long.
type CollectOptions struct {
	Lake    string // folder of the lake
	Name    string // unique among all collectors of the lake, in all time
	Program string // name and version, for the manifests

	Listen []source.Listen
	UDP    source.UDPOptions
	Policy *policy.Live // whose exports are taken and how; nil: everybody's. It may be exchanged while collecting
	Decode decode.Options

	// State is the file that takes templates, sampling rates and, from a clean
	// end, exporters' numberings over a restart; templates and rates of other
	// collectors beside it are read as well. Empty: none.
	State string

	// HeaderTime stores records under the time in their datagram's header
	// instead of its arrival: for replays of old traffic, and for labs. sFlow
	// says no time, so it keeps the arrival.
	HeaderTime bool

	FlushEvery    time.Duration // what a crash of the process may cost; default half a second
	RotateEvery   time.Duration // default 1 minute
	FileRows      int           // publish earlier when as many rows wait; default 8 Mi
	ReportEvery   time.Duration // between summaries in the log; default 1 minute
	Duration      time.Duration // stop after this; 0: not
	StopAfterIdle time.Duration // stop when no datagram has come for this long after one; 0: not

	Now         func() time.Time           // required
	Logger      *slog.Logger               // nil: discard
	OnListening func([]source.SocketState) // called when the sockets are open; nil: not
	OnPublished func(fault error)          // called after every rotation, with what could not be written; nil: not

	// Book gets the accounts of every exporter, which also become the lake's
	// receipts; nil: one that nobody else sees.
	Book *account.Book
}

func (o *CollectOptions) setDefaults() {
	if o.FlushEvery == 0 {
		o.FlushEvery = time.Second / 2
	}
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
	if o.UDP.Logger == nil {
		o.UDP.Logger = o.Logger
	}
	if o.Policy == nil {
		o.Policy = policy.NewLive(policy.Rules{ClockLimit: o.Decode.ClockLimit, SamplingDefault: o.Decode.DefaultSampling})
	}
	o.Decode.Policy = o.Policy
	if o.Decode.Memory == nil {
		o.Decode.Memory = decode.NewMemory()
	}
	if o.OnListening == nil {
		o.OnListening = func([]source.SocketState) {}
	}
	if o.OnPublished == nil {
		o.OnPublished = func(error) {}
	}
	if o.Book == nil {
		o.Book = account.NewBook(o.Logger)
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
	for arrived := l.Next(); arrived != nil; arrived = l.Next() {
		idle()
		datagrams := arrived.Datagrams
		for len(datagrams) > 0 {
			b := <-empty
			b.records.Reset()
			for len(datagrams) > 0 && b.records.Len() < batchRecords {
				in.take(&datagrams[0], b)
				datagrams = datagrams[1:]
			}
			in.close(b, l)
			full <- b
		}
		arrived.Release()
	}
	b := <-empty
	b.records.Reset()
	in.close(b, l) // what the listener dropped at the end
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

// close makes b ready to be given on: with the counts of what was taken in, and
// of what the listener could not deliver.
func (in *intake) close(b *batch, l *source.Listener) {
	in.settle()
	c, u := in.counts(), l.Counts()
	c.Datagrams += u.QueueDropped
	c.DatagramBytes += u.QueueDroppedBytes
	c.DatagramsQueue += u.QueueDropped
	c.DatagramsKernel = u.KernelDropped
	b.counts = c
	b.unseen = account.Unseen{Queue: u.QueueDropped, QueueBytes: u.QueueDroppedBytes, Kernel: u.KernelDropped}
}
