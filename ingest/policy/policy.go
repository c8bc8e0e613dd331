package policy

import (
	"net/netip"
	"slices"
	"sync/atomic"
	"time"
)

// Rules is what a policy is made of.
type Rules struct {
	// Allow is the prefixes whose exporters are taken beside those of
	// Exporters. Where both are empty, every exporter is.
	Allow []netip.Prefix
	// ClockLimit and SamplingDefault are for exporters that have no rule of
	// their own for it. They mean what Exporter's mean; a limit of 0 is for
	// the decoder to choose.
	ClockLimit      time.Duration
	SamplingDefault int32
	Exporters       []Exporter
}

// Exporter is how the exporters of a prefix are treated. Of several prefixes
// that hold an address the longest decides, alone: nothing is inherited from
// the shorter ones.
type Exporter struct {
	Prefix netip.Prefix
	Name   string // for people; may be empty

	Sampling        int32 // 1 in N, over whatever is exported; 0: as exported
	SamplingDefault int32 // 1 in N, where nothing is exported; 0: that of the rules

	Clock Clock
	// ClockLimit is how far the end of a flow may be from its receipt before
	// its times are replaced; 0: that of the rules, negative: any distance.
	ClockLimit time.Duration

	// Boundary is the SNMP indices of the interfaces that lead out of the
	// observed network; empty: not known.
	Boundary []uint32
}

// Clock says whose times the flows of an exporter get.
type Clock string

const (
	// CheckedClock is the exporter's, unless it is off by more than the limit.
	CheckedClock Clock = ""
	// ExporterClock is the exporter's, however far off.
	ExporterClock Clock = "exporter"
	// ReceivedClock is ours: the flow is stored as if it had been at its receipt.
	ReceivedClock Clock = "received"
)

// Policy answers for one address at a time. It does not change, and may be
// used by several goroutines.
type Policy struct {
	rules     Rules
	allowed   prefixTable
	exporters prefixTable // values are indices of rules.Exporters
}

// New makes the policy of r. Of several exporters with one prefix the last
// counts.
func New(r Rules) *Policy {
	p := &Policy{rules: r}
	for _, prefix := range r.Allow {
		p.allowed.put(prefix, 0)
	}
	for i := range r.Exporters {
		p.exporters.put(r.Exporters[i].Prefix, i)
	}
	return p
}

// Admits says whether flow exports from the address are taken.
func (p *Policy) Admits(address netip.Addr) bool {
	if len(p.rules.Allow)+len(p.rules.Exporters) == 0 {
		return true
	}
	address = address.Unmap().WithZone("")
	if _, ok := p.exporters.longest(address); ok {
		return true
	}
	_, ok := p.allowed.longest(address)
	return ok
}

// Exporter is how the exporter of that address is treated, with what holds for
// all filled in. An exporter without a section of its own has no prefix.
func (p *Policy) Exporter(address netip.Addr) Exporter {
	var e Exporter
	if i, ok := p.exporters.longest(address.Unmap().WithZone("")); ok {
		e = p.rules.Exporters[i]
	}
	if e.SamplingDefault == 0 {
		e.SamplingDefault = p.rules.SamplingDefault
	}
	if e.ClockLimit == 0 {
		e.ClockLimit = p.rules.ClockLimit
	}
	if e.Clock == ExporterClock {
		e.ClockLimit = -1
	}
	return e
}

// Live is the policy in effect. It may be read and exchanged by several
// goroutines.
type Live struct{ current atomic.Pointer[Policy] }

// NewLive returns a Live that begins with the policy of r.
func NewLive(r Rules) *Live {
	l := new(Live)
	l.Set(r)
	return l
}

// Policy is the one in effect now.
func (l *Live) Policy() *Policy { return l.current.Load() }

// Set makes the policy of r the one in effect.
func (l *Live) Set(r Rules) { l.current.Store(New(r)) }

// prefixTable finds the longest prefix that holds an address, in as many steps
// as there are lengths of prefix: a province's list has hundreds of prefixes
// and is asked for every datagram.
type prefixTable struct {
	values  map[netip.Prefix]int
	lengths [2][]int // of IPv4 and IPv6, the longest first
}

func (t *prefixTable) put(prefix netip.Prefix, value int) {
	if t.values == nil {
		t.values = map[netip.Prefix]int{}
	}
	prefix = prefix.Masked()
	t.values[prefix] = value
	lengths := &t.lengths[family(prefix.Addr())]
	if !slices.Contains(*lengths, prefix.Bits()) {
		*lengths = append(*lengths, prefix.Bits())
		slices.SortFunc(*lengths, func(a, b int) int { return b - a })
	}
}

func (t *prefixTable) longest(address netip.Addr) (value int, ok bool) {
	for _, bits := range t.lengths[family(address)] {
		prefix, err := address.Prefix(bits)
		if err != nil {
			return 0, false
		}
		if value, ok := t.values[prefix]; ok {
			return value, true
		}
	}
	return 0, false
}

func family(address netip.Addr) int {
	if address.Is4() {
		return 0
	}
	return 1
}
