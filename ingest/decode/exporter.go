package decode

import (
	"cmp"
	"iter"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
	"time"

	"minewatch/ingest/flow"
	"minewatch/ingest/policy"
)

// What is remembered of exporters: each weighs 1, and 1 more for each domain
// and sampling rate that it taught us. What an exporter claims beyond any
// router's size is not learnt, so that no forged stream makes look-ups slow.
const (
	exporterWeightLimit = 1 << 18
	exporterDomains     = 256
	exporterRates       = 4096
)

// exporter is what is known of one exporting address beyond its templates.
type exporter struct {
	name    string
	treated treatment
	domains map[uint32]*domain
	rates   int   // learnt, in all domains
	only    int32 // the rate of all domains where they agree, else 0
	stale   bool  // only must be found again

	clockSaid, samplingSaid bool // the remark was logged
}

// domain is what the options records of one observation domain (RFC 7011
// section 2) or v9 source ID taught us.
type domain struct {
	rates      map[sampler]int32
	only       int32 // the rate of a record that names no sampler, else 0
	stale      bool  // only must be found again
	systemInit int64 // IE 160, ms since 1970; 0 = not said
}

// sampler names what a sampling rate belongs to.
type sampler struct {
	kind samplerKind
	id   uint64
}

type samplerKind uint8

const (
	samplerOfDomain    samplerKind = iota // the options record named none
	samplerByID                           // samplerId (48) or selectorId (302)
	samplerByInterface                    // the options record was about one interface
)

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
	e, ok := d.exporters.get(addr)
	if !ok {
		e = &exporter{name: addr.String(), domains: map[uint32]*domain{}}
		d.exporters.put(addr, e, 1)
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
// record.
func (d *Decoder) learn(m *message, o *observation) {
	rate := o.optionsRate()
	if rate == 0 && o.systemInit == 0 {
		return
	}
	e := m.exporter
	in := e.domain(m.domain)
	if in == nil {
		return
	}
	if o.systemInit > 0 {
		in.systemInit = o.systemInit
	}
	if s := o.sampler(); rate > 0 && rate != in.rates[s] && e.rates < exporterRates {
		if in.rates[s] == 0 {
			e.rates++
		} else {
			d.counts.SamplingChanges++
		}
		in.rates[s] = rate
		in.stale, e.stale = true, true
		d.log.Debug("sampling rate learnt", slog.String("exporter", e.name),
			slog.Int64("domain", int64(m.domain)), slog.Int("rate", int(rate)))
	}
	d.exporters.put(m.from.Addr(), e, 1+len(e.domains)+e.rates)
}

// domain returns the exporter's domain of that ID, new if need be; nil when
// the exporter has claimed more than we keep.
func (e *exporter) domain(id uint32) *domain {
	in := e.domains[id]
	if in == nil && len(e.domains) < exporterDomains {
		in = &domain{rates: map[sampler]int32{}}
		e.domains[id] = in
	}
	return in
}

// onlyRate is the rate that holds for a record of the domain that names no
// sampler: the one that an options record gave for the whole domain, or the
// one that all samplers share. Several samplers of different rates leave it
// unknown (0): to guess would scale traffic by a wrong factor.
func (in *domain) onlyRate() int32 {
	if in.stale {
		in.stale = false
		if in.only = in.rates[sampler{}]; in.only == 0 {
			in.only = common(maps.Values(in.rates))
		}
	}
	return in.only
}

// onlyRate is the rate that all domains with rates share, else 0.
func (e *exporter) onlyRate() int32 {
	if e.stale {
		e.stale = false
		e.only = common(func(yield func(int32) bool) {
			for _, in := range e.domains {
				if len(in.rates) > 0 && !yield(in.onlyRate()) {
					return
				}
			}
		})
	}
	return e.only
}

// elsewhere is the rate of s in whichever domains have it, 0 where they differ.
func (e *exporter) elsewhere(s sampler) int32 {
	return common(func(yield func(int32) bool) {
		for _, in := range e.domains {
			if rate := in.rates[s]; rate > 0 && !yield(rate) {
				return
			}
		}
	})
}

// common is the value that all rates have, 0 where they differ or there are none.
func common(rates iter.Seq[int32]) int32 {
	value, first := int32(0), true
	for rate := range rates {
		if !first && rate != value {
			return 0
		}
		value, first = rate, false
	}
	return value
}

// systemInit is when the exporter's uptime clock started, ms since 1970: as
// its domain said, or another domain, for the whole device has one clock.
func (e *exporter) systemInit(id uint32) int64 {
	if in := e.domains[id]; in != nil && in.systemInit > 0 {
		return in.systemInit
	}
	newest := int64(0)
	for _, in := range e.domains {
		newest = max(newest, in.systemInit)
	}
	return newest
}
