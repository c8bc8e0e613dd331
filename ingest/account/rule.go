package account

// rule is what a protocol's numbers count.
type rule uint8

const (
	countsDatagrams   rule = iota // v9 (RFC 3954 section 5.1)
	countsRecords                 // v5, IPFIX (RFC 7011 section 3.1): those before the datagram
	countsThrough                 // IPFIX of softflowd 1.1.0: records, those of the datagram included, options not
	onlyEverDatagrams             // sFlow: its samples have numbers of their own
)

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
