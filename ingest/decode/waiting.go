package decode

import (
	"bytes"
	"container/list"
	"net/netip"
	"time"

	"minewatch/ingest/flow"
)

// Data sets wait for their template for as long as routers take to repeat it,
// which is 30 minutes where nobody set it otherwise, and some more. All of them
// hold less than the first number of bytes, and those of one exporter less than
// the second, so that one that never tells its templates leaves room for others.
const (
	waitLimit         = 35 * time.Minute
	waitBytes         = 64 << 20
	waitBytesExporter = 4 << 20
	waitOverhead      = 256 // bytes of memory that a set costs beside its own
)

// waitKey is what a set waits for: whichever port the template comes from, the
// set may be read by it.
type waitKey struct {
	scope templateScope // of any port
	id    uint16
}

// waitingSet is a data set that came before its template, and what of its
// message is needed to read it.
type waitingSet struct {
	key      waitKey
	from     netip.AddrPort
	received time.Time
	clock    clock
	body     []byte
}

func (w *waitingSet) cost() int { return len(w.body) + waitOverhead }

// waitingRoom keeps data sets until their template comes.
type waitingRoom struct {
	order    *list.List // of *waitingSet, in the order in which they came
	sets     map[waitKey][]*list.Element
	bytes    int
	exporter map[netip.Addr]int // bytes
	givenUp  int64
}

func newWaitingRoom() waitingRoom {
	return waitingRoom{order: list.New(), sets: map[waitKey][]*list.Element{}, exporter: map[netip.Addr]int{}}
}

// add takes a set in, where its exporter has room left. What has waited too
// long leaves for it, and what came first where the room is full.
func (r *waitingRoom) add(w *waitingSet) {
	for e := r.order.Front(); e != nil; e = r.order.Front() {
		oldest := e.Value.(*waitingSet)
		if w.received.Sub(oldest.received) <= waitLimit && r.bytes+w.cost() <= waitBytes {
			break
		}
		r.remove(e)
		r.givenUp++
	}
	addr := w.from.Addr()
	if r.exporter[addr]+w.cost() > waitBytesExporter {
		r.givenUp++
		return
	}
	r.bytes += w.cost()
	r.exporter[addr] += w.cost()
	r.sets[w.key] = append(r.sets[w.key], r.order.PushBack(w))
}

// remove takes the oldest set of its key out.
func (r *waitingRoom) remove(e *list.Element) {
	w := r.order.Remove(e).(*waitingSet)
	r.bytes -= w.cost()
	addr := w.from.Addr()
	if r.exporter[addr] -= w.cost(); r.exporter[addr] == 0 {
		delete(r.exporter, addr)
	}
	if rest := r.sets[w.key][1:]; len(rest) > 0 {
		r.sets[w.key] = rest
	} else {
		delete(r.sets, w.key)
	}
}

// take takes out the sets that wait for that template, in their order.
func (r *waitingRoom) take(key waitKey) []*waitingSet {
	var taken []*waitingSet
	for len(r.sets[key]) > 0 {
		e := r.sets[key][0]
		taken = append(taken, e.Value.(*waitingSet))
		r.remove(e)
	}
	return taken
}

// wait counts a data set without template, and keeps it until that comes. The
// set keeps the time at which it came. Where another Decoder has just learnt the
// template, wait returns it instead.
func (d *Decoder) wait(m *message, id uint16, body []byte) *template {
	d.memory.mu.Lock()
	defer d.memory.mu.Unlock()
	for _, in := range [...]templateScope{m.scope(), m.scope().anyPort()} {
		if table, ok := d.memory.tables.get(in); ok && table.get(id) != nil {
			return table.get(id)
		}
	}
	d.counts.SetsNoTemplate++
	d.memory.waiting.add(&waitingSet{
		key:  waitKey{m.scope().anyPort(), id},
		from: m.from, received: m.received, clock: m.clock, body: bytes.Clone(body),
	})
	return nil
}

// late decodes what waited for the templates that m has just told.
func (d *Decoder) late(m *message, out *flow.Batch) {
	for _, id := range d.told {
		key := waitKey{m.scope().anyPort(), id}
		d.memory.mu.Lock()
		sets := d.memory.waiting.take(key)
		d.memory.mu.Unlock()
		for _, w := range sets {
			then := message{
				arrival: arrival{exporter: m.exporter, from: w.from, received: w.received},
				version: m.version, domain: m.domain, clock: w.clock,
			}
			d.counts.SetsLate++
			d.dataSet(&then, id, w.body, out)
		}
	}
	d.told = d.told[:0]
}
