package decode

import (
	"math"
	"math/bits"
)

// selectorAlgorithm values of RFC 5477 section 8.2: from property match
// filtering on, packets are chosen by what they are, so no rate follows.
const firstFilterAlgorithm = 5

// optionsRate is the sampling rate that an options record states, one packet
// in N, or 0.
func (o *observation) optionsRate() int32 { return o.rate(o.interval, o.randomInterval) }

// dataRate is the sampling rate that a data record states, or 0.
//
// RouterOS puts samplingInterval into the data record in little-endian (it
// is the only exporter known to put it there with four bytes). Every number
// below 65536 in the wrong order has a lower half of zeros, so a four-byte
// rate of that form is turned around. A true rate of 65536, or of a multiple
// of it, would be misread; nobody samples that thinly in a data record.
func (o *observation) dataRate() int32 {
	return o.rate(turned(o.interval, o.intervalSize), turned(o.randomInterval, o.intervalSize))
}

func turned(v uint64, size int) uint64 {
	if size == 4 && v&0xffff == 0 {
		return uint64(bits.ReverseBytes32(uint32(v)))
	}
	return v
}

// rate takes the most exact statement: PSAMP's pairs (RFC 5477 section 8.2)
// before the single numbers of NetFlow v9 that they replaced.
//
// samplingPacketInterval without samplingPacketSpace would say, read
// strictly, that no packet is left out. Exporters that leave the space away
// mean one packet in interval, as samplingInterval does.
func (o *observation) rate(interval, randomInterval uint64) int32 {
	switch {
	case o.algorithm >= firstFilterAlgorithm:
		return 0
	case o.packetInterval > 0 && o.packetSpaceSeen:
		return oneIn(float64(o.packetInterval)+float64(o.packetSpace), float64(o.packetInterval))
	case o.packetInterval > 0:
		return oneIn(float64(o.packetInterval), 1)
	case o.samplingSize > 0 && o.population > 0:
		return oneIn(float64(o.population), float64(o.samplingSize))
	case o.probability > 0:
		return oneIn(1, o.probability)
	case randomInterval > 0:
		return oneIn(float64(randomInterval), 1)
	default:
		return oneIn(float64(interval), 1)
	}
}

// oneIn is population/sample to the nearest whole number, 0 where that is no
// sampling rate.
func oneIn(population, sample float64) int32 {
	rate := math.Round(population / sample)
	if !(rate >= 1 && rate <= math.MaxInt32) {
		return 0
	}
	return int32(rate)
}

// sampler names the sampler that the record is about: by its number, else by
// the interface. A samplerId of 0 in a record of a router that has no such
// sampler finds nothing and falls through to the domain's rate.
func (o *observation) sampler() sampler {
	switch {
	case o.samplerSeen:
		return sampler{samplerByID, o.samplerID}
	case o.inIf != 0:
		return sampler{samplerByInterface, o.inIf}
	case o.outIf != 0:
		return sampler{samplerByInterface, o.outIf}
	default:
		return sampler{}
	}
}

// samplingRate decides the rate of a data record. The first that is known:
//
//  1. the operator's override for the exporter
//  2. the record's own rate
//  3. the sampler that the record names, in its domain, else in any other
//     domain of the exporter (routers announce samplers under source ID 0
//     and send flows under a line card's)
//  4. the rate announced for the record's interfaces
//  5. the domain's only rate, else the exporter's only rate
//  6. the operator's default
func (d *Decoder) samplingRate(m *message, o *observation) int32 {
	e := m.exporter
	if e.treated.sampling > 0 {
		return e.treated.sampling
	}
	if rate := o.dataRate(); rate > 0 {
		return rate
	}
	if rate := e.samplerRate(m.domain, o); rate > 0 {
		return rate
	}
	return e.treated.samplingDefault
}

// samplerRate is the rate that options records announced for what the record
// names (steps 3 to 5), 0 where none was.
func (e *exporter) samplerRate(id uint32, o *observation) int32 {
	book := e.book.Load()
	if book.rates == 0 {
		return 0
	}
	in := book.domains[id]
	if in == nil {
		in = &noDomain
	}
	if o.samplerSeen {
		named := sampler{samplerByID, o.samplerID}
		if rate := in.rates[named]; rate > 0 {
			return rate
		}
		if rate := book.elsewhere(named); rate > 0 {
			return rate
		}
	}
	if len(in.rates) == 0 {
		return book.only
	}
	if rate := in.rates[sampler{samplerByInterface, o.inIf}]; rate > 0 {
		return rate
	}
	if rate := in.rates[sampler{samplerByInterface, o.outIf}]; rate > 0 {
		return rate
	}
	return in.only
}

// noDomain stands for a domain that no options record spoke of.
var noDomain domain

// fixedRate is the rate of a protocol that carries its own (v5, sFlow).
func (e *exporter) fixedRate(exported uint32) int32 {
	switch {
	case e.treated.sampling > 0:
		return e.treated.sampling
	case exported > 0 && exported <= math.MaxInt32:
		return int32(exported)
	default:
		return e.treated.samplingDefault
	}
}
