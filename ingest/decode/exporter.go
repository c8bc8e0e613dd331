package decode

import (
	"iter"
	"log/slog"
	"maps"
	"net/netip"
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
	name     string
	override int32 // rate of Options.Sampling, 0 = none
	domains  map[uint32]*domain
	rates    int   // learnt, in all domains
	only     int32 // the rate of all domains where they agree, else 0
	stale    bool  // only must be found again

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

// exporter returns what is known of addr.
func (d *Decoder) exporter(addr netip.Addr) *exporter {
	if e, ok := d.exporters.get(addr); ok {
		return e
	}
	e := &exporter{name: addr.String(), override: d.options.override(addr), domains: map[uint32]*domain{}}
	d.exporters.put(addr, e, 1)
	return e
}

// override is the configured rate of addr: that of the longest prefix that
// holds it, 0 where none does.
func (o *Options) override(addr netip.Addr) int32 {
	rate, longest := int32(0), -1
	for prefix, r := range o.Sampling {
		if prefix.Bits() > longest && prefix.Contains(addr) {
			rate, longest = r, prefix.Bits()
		}
	}
	return rate
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
