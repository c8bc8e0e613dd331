package decode

import (
	"net/netip"
	"sync"
	"sync/atomic"
)

// Memory is what exporters taught: their templates and sampling rates, and the
// data sets that wait for a template. Decoders that share one know what any of
// them learnt, so that an exporter's datagrams can be spread over them; and it
// outlives them in a file, see State.
//
// To look something up takes no lock: what is found is never changed, but
// replaced. To learn does; routers repeat themselves every few minutes only.
type Memory struct {
	mu        sync.Mutex
	tables    *bounded[templateScope, *templateTable]
	exporters *bounded[netip.Addr, *knowledge]
	waiting   waitingRoom

	forgotten atomic.Uint64 // how often something had to give way: what was found before is to be looked up anew
	learnt    atomic.Uint64 // how often something new was learnt, or forgotten on demand
}

// NewMemory returns a Memory of nothing.
func NewMemory() *Memory {
	m := &Memory{
		tables:    newBounded[templateScope, *templateTable](templateWeightLimit),
		exporters: newBounded[netip.Addr, *knowledge](exporterWeightLimit),
		waiting:   newWaitingRoom(),
	}
	m.tables.onEvict = func() { m.forgotten.Add(1) }
	m.exporters.onEvict = m.tables.onEvict
	return m
}

// Learnt changes whenever there is something new to save.
func (m *Memory) Learnt() uint64 { return m.learnt.Load() }

// Waiting is the data sets that came before their template.
type Waiting struct {
	Sets    int   // that wait now
	Bytes   int   // of memory that they hold
	GivenUp int64 // sets that waited in vain: too long, or for want of room
}

// Waiting returns what waits for a template now.
func (m *Memory) Waiting() Waiting {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Waiting{Sets: m.waiting.order.Len(), Bytes: m.waiting.bytes, GivenUp: m.waiting.givenUp}
}

// of returns what the exporter taught, empty at first.
func (m *Memory) of(addr netip.Addr) *knowledge {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.exporters.get(addr)
	if !ok {
		k = &knowledge{}
		k.book.Store(&rateBook{})
		m.exporters.put(addr, k, 1)
	}
	return k
}
