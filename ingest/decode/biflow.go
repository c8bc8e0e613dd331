package decode

import (
	"slices"

	"minewatch/ingest/flow"
)

// answerPlan reads the other direction of biflows (RFC 5103) from the records of
// a data set: it is the plan of the same template with its sides changed, for
// those records that have such traffic.
type answerPlan struct {
	*columnPlan
	counters []place // one of them is not zero where there was an answer
}

// otherSide has the elements that change places in the other direction.
var otherSide = map[uint16]uint16{
	sourceIPv4Address: destinationIPv4Address, destinationIPv4Address: sourceIPv4Address,
	sourceIPv6Address: destinationIPv6Address, destinationIPv6Address: sourceIPv6Address,
	sourceTransportPort: destinationTransportPort, destinationTransportPort: sourceTransportPort,
	udpSourcePort: udpDestinationPort, udpDestinationPort: udpSourcePort,
	tcpSourcePort: tcpDestinationPort, tcpDestinationPort: tcpSourcePort,
	ingressInterface: egressInterface, egressInterface: ingressInterface,
	ingressPhysicalInterface: egressPhysicalInterface, egressPhysicalInterface: ingressPhysicalInterface,
	bgpSourceAsNumber: bgpDestinationAsNumber, bgpDestinationAsNumber: bgpSourceAsNumber,
}

var (
	// sharedElements are true of both directions.
	sharedElements = slices.Concat([]uint16{ipVersion, protocolIdentifier, nextHeaderIPv6}, timeElements)
	// ownElements are each direction's own.
	ownElements = slices.Concat(octetElements, packetElements, icmpElements, []uint16{tcpControlBits, flowEndReason, flowDirection})
	// plainCounters are those that rule initiator and responder out.
	plainCounters = []uint16{
		octetDeltaCount, postOctetDeltaCount, octetTotalCount, postOctetTotalCount,
		packetDeltaCount, postPacketDeltaCount, packetTotalCount, postPacketTotalCount,
	}
)

// compileAnswer adds the plan of the other direction, by the rules of answered
// and reversed; false where they have to be asked for each record.
func (p *columnPlan) compileAnswer(fields, reverse elements) bool {
	own := reverse.having(ownElements...)
	if responder := fields.having(responderOctets, responderPackets); len(responder) > 0 {
		if len(fields.having(plainCounters...)) > 0 {
			return false
		}
		for _, f := range responder {
			own = append(own, f.as(map[uint16]uint16{responderOctets: octetDeltaCount, responderPackets: packetDeltaCount}[f.element]))
		}
	}
	counters := own.having(slices.Concat(octetElements, packetElements)...)
	if len(counters) == 0 {
		return true // nothing that would be an answer
	}
	if len(reverse.having(timeElements...)) > 0 {
		return false
	}
	back := slices.Concat(own, fields.having(sharedElements...))
	if len(own.having(flowEndReason)) == 0 {
		back = append(back, fields.having(flowEndReason)...)
	}
	for _, f := range fields {
		if side, ok := otherSide[f.element]; ok {
			back = append(back, f.as(side))
		}
	}
	plan := compilePlan(p.size, back)
	if plan == nil {
		return false
	}
	plan.rate, plan.statesRate = p.rate, p.statesRate // by the sides as they were
	p.answer = &answerPlan{columnPlan: plan}
	for _, f := range counters {
		p.answer.counters = append(p.answer.counters, f.place)
	}
	return true
}

// as is the field read as another element.
func (f fieldPlace) as(element uint16) fieldPlace {
	f.element, f.read = element, readers[element]
	return f
}

// answers appends the flows of the other direction behind those of the records.
func (d *Decoder) answers(m *message, p *answerPlan, records []byte, out *flow.Batch) {
	d.answering = d.answering[:0]
	for ; len(records) >= p.size; records = records[p.size:] {
		if p.answered(records) {
			d.answering = append(d.answering, records[:p.size]...)
		}
	}
	n := len(d.answering) / p.size
	d.counts.BiflowsReversed += int64(n)
	begin := d.columns(m, p.columnPlan, d.answering, n, out)
	for i := begin; i < out.Len(); i++ {
		if out.Proto[i] == protoICMP || out.Proto[i] == protoICMPv6 {
			out.SrcPort[i], out.DstPort[i] = 0, 0 // they are what the other side sent
		}
	}
	if p.icmp != nil {
		d.icmpColumn(p.columnPlan, d.answering, out, begin)
	}
	d.rateColumn(m, p.columnPlan, d.answering, out, begin)
	d.keepColumns(m.arrival, m.format(), out, begin)
}

// answered says whether the first of the records has traffic of the other
// direction.
func (p *answerPlan) answered(records []byte) bool {
	for _, c := range p.counters {
		if !isZero(records[c.offset:][:c.length]) {
			return true
		}
	}
	return false
}
