package account

import "minewatch/ingest/flow"

// rule is what a protocol's numbers count.
type rule uint8

const (
	countsDatagrams   rule = iota // v9 (RFC 3954 section 5.1)
	countsRecords                 // v5, IPFIX (RFC 7011 section 3.1): those before the datagram
	countsThrough                 // IPFIX of softflowd 1.1.0: records, those of the datagram included, options not
	onlyEverDatagrams             // sFlow: its samples have numbers of their own
)

// ruleOf is how the format's numbers count by its protocol; false where it has
// none.
func ruleOf(f flow.Format) (rule, bool) {
	switch f {
	case flow.NetFlow5, flow.IPFIX:
		return countsRecords, true
	case flow.NetFlow9:
		return countsDatagrams, true
	case flow.SFlow:
		return onlyEverDatagrams, true
	default:
		return countsDatagrams, false
	}
}

// word is the rule in a Numbering.
func (r rule) word() string {
	switch r {
	case countsRecords:
		return "records"
	case countsThrough:
		return "through"
	default:
		return "datagrams"
	}
}

// first is the number of the first unit in s.
func (r rule) first(s *sighting) uint32 {
	if r == countsThrough {
		return s.sequence - s.records
	}
	return s.sequence
}

// units is by how much the numbering goes on with s.
func (r rule) units(s *sighting) uint32 {
	if r.ofRecords() {
		return s.records
	}
	return 1
}

// step is how far the number of s is from that of the datagram before.
func (r rule) step(last, s *sighting) uint32 {
	if r == countsThrough {
		last = s
	}
	return r.units(last)
}

func (r rule) ofRecords() bool { return r == countsRecords || r == countsThrough }

// against are the ways to count that exporters use against their protocol, by
// the way that it says.
var against = [...][]rule{
	countsDatagrams:   {countsRecords},
	countsRecords:     {countsDatagrams, countsThrough},
	countsThrough:     {countsRecords},
	onlyEverDatagrams: nil,
}

func (r rule) proof() int {
	if r == countsThrough {
		return throughProof
	}
	return otherwiseProof
}

func (r rule) far() uint32 {
	if r.ofRecords() {
		return farRecords
	}
	return farDatagrams
}
