package account

import (
	"cmp"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"time"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
)

// Book is all accounts of one collector. Any number of goroutines may use it.
type Book struct {
	mu      sync.Mutex
	totals  map[netip.Addr]*Entry // since the start
	hours   map[int64]*hour       // those that may still change
	files   int                   // receipts begun
	streams streams
	unseen  Unseen
	closed  bool // nothing will be posted any more

	writing sync.Mutex // held while receipts are written
}

// hour is the accounts of one hour.
type hour struct {
	entries map[netip.Addr]*Entry
	changed bool // since its receipts were written
	file    int  // number of its receipts
	idle    int  // times that receipts were written without a change here
}

// Total is the account of an exporter since the start.
type Total struct {
	Exporter netip.Addr // zero: Others
	Entry
}

// Unseen is what the listener had to drop before anybody saw whose it was,
// since its start.
type Unseen struct {
	Queue      int64 // datagrams for which the queue to the decoder had no room
	QueueBytes int64
	Kernel     int64 // datagrams for which the kernel's buffer had no room
}

// NewBook returns a book without accounts. A nil logger discards.
func NewBook(log *slog.Logger) *Book {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	b := &Book{totals: map[netip.Addr]*Entry{}, hours: map[int64]*hour{}}
	b.streams = streams{log: log, index: map[decode.Stream]*followed{}, found: func(key Key, s Sequence) {
		b.change(key, &Entry{Sequence: s})
	}}
	return b
}

// Fate is what became of records.
type Fate uint8

// What can become of records that were received and read.
const (
	Stored  Fate = iota // published: visible to readers
	Disk                // could not be written, or not be read back
	Aborted             // given up, because the input could not be read to its end
)

// Post enters a page, and makes it blank. Its records are pending until they
// are settled.
func (b *Book) Post(p *Page) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, e := range p.entries {
		e.RecordsPending = e.Records - e.RecordsMalformed - e.RecordsDuplicate
		b.change(key, e)
	}
	b.streams.post(p)
	p.clear()
}

// PostUnseen enters what the listener dropped since its start; it is laid to
// Others in the hour of the time at.
func (b *Book) PostUnseen(at time.Time, u Unseen) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if u == b.unseen {
		return
	}
	dropped := u.Queue - b.unseen.Queue
	b.change(Key{Hour: HourOf(at), Exporter: Others}, &Entry{Counts: flow.Counts{
		Datagrams:       dropped,
		DatagramsQueue:  dropped,
		DatagramBytes:   u.QueueBytes - b.unseen.QueueBytes,
		DatagramsKernel: u.Kernel - b.unseen.Kernel,
	}})
	b.unseen = u
}

// Settle enters what became of pending records of one account.
func (b *Book) Settle(key Key, records int64, fate Fate) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settle(key, records, fate)
}

// SettleAll enters what became of all records that are pending.
func (b *Book) SettleAll(fate Fate) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for at, in := range b.hours {
		for exporter, e := range in.entries {
			b.settle(Key{at, exporter}, e.RecordsPending, fate)
		}
	}
}

func (b *Book) settle(key Key, records int64, fate Fate) {
	if records == 0 {
		return
	}
	e := Entry{Counts: flow.Counts{RecordsPending: -records}}
	switch fate {
	case Stored:
		e.RecordsStored = records
	case Disk:
		e.RecordsDisk = records
	case Aborted:
		e.RecordsAborted = records
	}
	b.change(key, &e)
}

// Totals returns all accounts since the start, sorted by exporter.
func (b *Book) Totals() []Total {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.streams.settle(false)
	totals := make([]Total, 0, len(b.totals))
	for exporter, e := range b.totals {
		totals = append(totals, Total{exporter, *e})
	}
	slices.SortFunc(totals, func(a, b Total) int { return a.Exporter.Compare(b.Exporter) })
	return totals
}

// Sum returns the account of all exporters together since the start.
func (b *Book) Sum() Entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	var sum Entry
	for _, e := range b.totals {
		sum.add(e)
	}
	return sum
}

// Tick says what time it is. Without it, what is missing before a silence is
// only counted when the silence ends.
func (b *Book) Tick(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.streams.clock = now.UnixMicro()
}

// Close counts what is still missing as missed. It is called when nothing will
// be posted any more, before the last receipts are written.
func (b *Book) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.streams.settle(true)
	b.closed = true
}

// change adds e to the account of the key, and to the exporter's total. When
// there are too many exporters, it is laid to Others.
func (b *Book) change(key Key, e *Entry) {
	total := b.totals[key.Exporter]
	if total == nil && len(b.totals) >= maxExporters {
		key.Exporter = Others
		total = b.totals[Others]
	}
	if total == nil {
		total = &Entry{}
		b.totals[key.Exporter] = total
	}
	total.add(e)
	in := b.hours[key.Hour]
	if in == nil {
		b.files++
		in = &hour{entries: map[netip.Addr]*Entry{}, file: b.files}
		b.hours[key.Hour] = in
	}
	if in.entries[key.Exporter] == nil {
		in.entries[key.Exporter] = &Entry{}
	}
	in.entries[key.Exporter].add(e)
	in.changed, in.idle = true, 0
}

// sortedKeys are the keys of m in order.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
