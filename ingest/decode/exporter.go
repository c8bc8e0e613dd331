package decode

import (
	"cmp"
	"log/slog"
	"net/netip"
	"slices"
	"time"

	"minewatch/ingest/flow"
	"minewatch/ingest/policy"
)

// exporter is what one Decoder knows of an exporting address.
type exporter struct {
	name    string
	treated treatment
	*knowledge

	clockSaid, samplingSaid bool // the remark was logged
}

// treatment is how the policy wants an exporter treated.
type treatment struct {
	by              *policy.Policy
	sampling        int32 // over what is exported, 0 = none
	samplingDefault int32
	receivedClock   bool          // its own is not asked
	clockLimit      time.Duration // negative: none
	borders         []int64       // its boundary interfaces; empty: not known
}

// exporter returns what is known of addr.
func (d *Decoder) exporter(addr netip.Addr) *exporter {
	if n := d.memory.forgotten.Load(); n != d.forgotten {
		clear(d.exporters)
		d.forgotten = n
	}
	e := d.exporters[addr]
	if e == nil {
		e = &exporter{name: addr.String(), knowledge: d.memory.of(addr)}
		d.exporters[addr] = e
	}
	if now := d.options.Policy.Policy(); e.treated.by != now {
		e.treated = treatmentOf(addr, now)
		e.clockSaid, e.samplingSaid = false, false
	}
	return e
}

func treatmentOf(addr netip.Addr, by *policy.Policy) treatment {
	rule := by.Exporter(addr)
	t := treatment{
		by:              by,
		sampling:        rule.Sampling,
		samplingDefault: rule.SamplingDefault,
		receivedClock:   rule.Clock == policy.ReceivedClock,
		clockLimit:      cmp.Or(rule.ClockLimit, DefaultClockLimit),
	}
	for _, index := range rule.Boundary {
		t.borders = append(t.borders, int64(index))
	}
	return t
}

// boundary tells by which of the exporter's boundary interfaces a flow came in
// or went out. An interface of 0 was not exported, or is the router itself.
func (e *exporter) boundary(in, out int64) int16 {
	if len(e.treated.borders) == 0 {
		return flow.Null
	}
	passed := int16(0)
	if in != 0 && slices.Contains(e.treated.borders, in) {
		passed |= flow.BoundaryIn
	}
	if out != 0 && slices.Contains(e.treated.borders, out) {
		passed |= flow.BoundaryOut
	}
	return passed
}

// learn takes a sampling rate or the time of system start from an options
// record. What is new is taught to the Memory at the end of the set.
func (d *Decoder) learn(m *message, o *observation) {
	l := lesson{domain: m.domain, sampler: o.sampler(), rate: o.optionsRate(), systemInit: o.systemInit}
	if l.rate == 0 && l.systemInit == 0 {
		return
	}
	book := m.exporter.book.Load()
	if !book.news(l) {
		book.domains[l.domain].saw(m.received)
		return
	}
	if in := book.domains[l.domain]; in != nil && l.rate > 0 && in.rates[l.sampler] > 0 && in.rates[l.sampler] != l.rate {
		d.counts.SamplingChanges++
	}
	d.lessons = append(d.lessons, l)
}

// teach gives the Memory what the options records of a set taught.
func (d *Decoder) teach(m *message) {
	if len(d.lessons) == 0 {
		return
	}
	d.memory.teach(m.from.Addr(), m.exporter.knowledge, m.domain, d.lessons, m.received)
	for _, l := range d.lessons {
		d.log.Debug("learnt of an exporter", slog.String("exporter", m.exporter.name),
			slog.Int64("domain", int64(l.domain)), slog.Int("rate", int(l.rate)), slog.Int64("system_init_ms", l.systemInit))
	}
	d.lessons = d.lessons[:0]
}

// teach adds the lessons of one domain to what is known of the exporter.
func (m *Memory) teach(addr netip.Addr, k *knowledge, id uint32, lessons []lesson, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	book := k.book.Load().with(id, lessons, at)
	k.book.Store(book)
	m.exporters.put(addr, k, 1+len(book.domains)+book.rates)
	m.learnt.Add(1)
}
