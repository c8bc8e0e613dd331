package decode

import (
	"iter"
	"maps"
	"sync/atomic"
	"time"
)

// What is remembered of exporters: each weighs 1, and 1 more for each domain
// and sampling rate that it taught us. What an exporter claims beyond any
// router's size is not learnt, so that no forged stream makes look-ups slow.
const (
	exporterWeightLimit = 1 << 18
	exporterDomains     = 256
	exporterRates       = 4096
)

// knowledge is what the options records of one exporter taught.
type knowledge struct{ book atomic.Pointer[rateBook] }

// rateBook has the sampling rates of an exporter. It is replaced, and never
// changed.
type rateBook struct {
	domains map[uint32]*domain
	rates   int   // in all domains
	only    int32 // the rate of all domains where they agree, else 0
	all     int32 // the rate of all samplers and interfaces where they agree, else 0
}

// domain is what the options records of one observation domain (RFC 7011
// section 2) or v9 source ID taught us.
type domain struct {
	rates      map[sampler]int32
	only       int32         // the rate of a record that names no sampler, else 0
	systemInit int64         // IE 160, ms since 1970; 0 = not said
	seen       *atomic.Int64 // when it was last taught, in s since 1970
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

// lesson is what one options record taught.
type lesson struct {
	domain     uint32
	sampler    sampler
	rate       int32 // 0: none
	systemInit int64 // ms since 1970, 0: not said
}

// news says that the book does not have the lesson already.
func (b *rateBook) news(l lesson) bool {
	in := b.domains[l.domain]
	return in == nil || l.rate > 0 && in.rates[l.sampler] != l.rate ||
		l.systemInit > 0 && in.systemInit != l.systemInit
}

// with returns the book with the lessons of one domain, which are not in it
// yet. What is beyond the limits is left out.
func (b *rateBook) with(id uint32, lessons []lesson, at time.Time) *rateBook {
	old := b.domains[id]
	if old == nil {
		if len(b.domains) >= exporterDomains {
			return b
		}
		old = &domain{seen: new(atomic.Int64)}
	}
	in := &domain{rates: maps.Clone(old.rates), systemInit: old.systemInit, seen: old.seen}
	if in.rates == nil {
		in.rates = map[sampler]int32{}
	}
	rates := b.rates
	for _, l := range lessons {
		if l.systemInit > 0 {
			in.systemInit = l.systemInit
		}
		if l.rate == 0 || rates >= exporterRates {
			continue
		}
		if in.rates[l.sampler] == 0 {
			rates++
		}
		in.rates[l.sampler] = l.rate
	}
	in.saw(at)
	in.only = in.onlyRate()
	next := &rateBook{domains: maps.Clone(b.domains), rates: rates}
	if next.domains == nil {
		next.domains = map[uint32]*domain{}
	}
	next.domains[id] = in
	next.only = next.onlyRate()
	next.all = common(func(yield func(int32) bool) {
		for _, in := range next.domains {
			for _, rate := range in.rates {
				if !yield(rate) {
					return
				}
			}
		}
	})
	return next
}

// saw notes that the exporter still says what is known of the domain.
func (in *domain) saw(at time.Time) {
	if s := at.Unix(); s > in.seen.Load() {
		in.seen.Store(s)
	}
}

// onlyRate is the rate that holds for a record of the domain that names no
// sampler: the one that an options record gave for the whole domain, or the
// one that all samplers share. Several samplers of different rates leave it
// unknown (0): to guess would scale traffic by a wrong factor.
func (in *domain) onlyRate() int32 {
	if rate := in.rates[sampler{}]; rate > 0 {
		return rate
	}
	return common(maps.Values(in.rates))
}

// onlyRate is the rate that all domains with rates share, else 0.
func (b *rateBook) onlyRate() int32 {
	return common(func(yield func(int32) bool) {
		for _, in := range b.domains {
			if len(in.rates) > 0 && !yield(in.only) {
				return
			}
		}
	})
}

// elsewhere is the rate of s in whichever domains have it, 0 where they differ.
func (b *rateBook) elsewhere(s sampler) int32 {
	return common(func(yield func(int32) bool) {
		for _, in := range b.domains {
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
func (b *rateBook) systemInit(id uint32) int64 {
	if in := b.domains[id]; in != nil && in.systemInit > 0 {
		return in.systemInit
	}
	newest := int64(0)
	for _, in := range b.domains {
		newest = max(newest, in.systemInit)
	}
	return newest
}
