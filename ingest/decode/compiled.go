package decode

import (
	"slices"

	"minewatch/ingest/flow"
)

// columnPlan is a template compiled into column writers: its data sets are
// read field by field over all their records, straight into the columns of a
// batch. It gives what observation and its readers give, for the templates that
// most routers send most; the others have no columnPlan, and their records are
// read one by one. FuzzCompiled holds the two together.
type columnPlan struct {
	size    int // bytes of a record, without its variable-length fields
	writers []columnWriter
	// Where a column depends on several elements of a record, these read them
	// into an observation: the rules are then the same as everywhere.
	addresses, icmp, nat, times, rate rowSteps
	uptimes, moments                  pair  // times, where these are all there is to know
	statesRate                        bool  // the records state a rate of their own
	stretches                         []int // of a record of variable length
	answer                            *answerPlan
}

// columnWriter sets the values of one column from the records of a data set.
type columnWriter func(b *flow.Batch, begin int, set []byte, size int)

// place is where in a record a field lies, in bytes.
type place struct{ offset, length int }

// pair is the places of a start and an end; of no length where there are none.
type pair struct{ start, end place }

// rowStep reads one field of a record into an observation.
type rowStep struct {
	place
	read reader
}

type rowSteps []rowStep

func (s rowSteps) run(o *observation, record []byte) {
	for i := range s {
		s[i].read(o, record[s[i].offset:][:s[i].length])
	}
}

// fieldPlace is a field of a template that somebody reads.
type fieldPlace struct {
	place
	element uint16
	read    reader
}

// elements is the fields of a template that are read, in their order.
type elements []fieldPlace

// having is those of the given elements.
func (e elements) having(wanted ...uint16) elements {
	return slices.DeleteFunc(slices.Clone(e), func(f fieldPlace) bool { return !slices.Contains(wanted, f.element) })
}

func (e elements) steps() rowSteps {
	var steps rowSteps
	for _, f := range e {
		steps = append(steps, rowStep{f.place, f.read})
	}
	return steps
}

// Elements that are about the same, in the order in which they are believed.
var (
	addressElements = []uint16{sourceIPv4Address, destinationIPv4Address, sourceIPv6Address, destinationIPv6Address, ipVersion}
	sectionElements = []uint16{ipHeaderPacketSection, dataLinkFrameSection, layer2packetSectionData}
	icmpElements    = []uint16{icmpTypeCodeIPv4, icmpTypeCodeIPv6, icmpTypeIPv4, icmpTypeIPv6, icmpCodeIPv4, icmpCodeIPv6}
	natElements     = []uint16{postNATSourceIPv4Address, postNATSourceIPv6Address, asaXlateSrcAddr, postNAPTSourceTransportPort, asaXlateSrcPort}
	uptimeElements  = []uint16{flowStartSysUpTime, flowEndSysUpTime}
	momentElements  = []uint16{flowStartMilliseconds, flowEndMilliseconds}
	timeElements    = []uint16{
		flowStartSysUpTime, flowEndSysUpTime, flowStartSeconds, flowEndSeconds, flowStartMilliseconds, flowEndMilliseconds,
		flowStartMicroseconds, flowEndMicroseconds, flowStartNanoseconds, flowEndNanoseconds, flowStartDeltaMicroseconds, flowEndDeltaMicroseconds,
		systemInitTimeMilliseconds, flowDurationMilliseconds, flowDurationMicroseconds,
		observationTimeSeconds, observationTimeMilliseconds, observationTimeMicroseconds, observationTimeNanoseconds,
	}
	samplerElements   = []uint16{samplerID, selectorID, ingressInterface, egressInterface}
	statementElements = []uint16{
		samplingInterval, samplerRandomInterval, samplingPacketInterval, samplingPacketSpace,
		samplingSize, samplingPopulation, samplingProbability, selectorAlgorithm,
	}
	octetElements  = []uint16{octetDeltaCount, postOctetDeltaCount, octetTotalCount, postOctetTotalCount, initiatorOctets, layer2OctetDeltaCount, layer2OctetTotalCount}
	packetElements = []uint16{packetDeltaCount, postPacketDeltaCount, packetTotalCount, postPacketTotalCount, initiatorPackets}
)

// compileColumns returns the plan of a template's data sets, nil where they have
// to be read record by record: options, and what no router is known to send.
func compileColumns(t *template) *columnPlan {
	fields, reverse, ok := t.places()
	if !ok {
		return nil
	}
	stretches := t.stretches()
	p := compilePlan(t.size-(len(stretches)-1), fields) // the template counts a byte for each field between
	if p == nil || !p.compileAnswer(fields, reverse) {
		return nil
	}
	p.stretches = stretches
	return p
}

// compilePlan makes the plan of records of that size, nil where it cannot.
func compilePlan(size int, fields elements) *columnPlan {
	p := &columnPlan{
		size:  size,
		icmp:  fields.having(icmpElements...).steps(),
		nat:   fields.having(natElements...).steps(),
		times: fields.having(timeElements...).steps(),
		rate:  fields.having(slices.Concat(samplerElements, statementElements)...).steps(),

		statesRate: len(fields.having(statementElements...)) > 0,
	}
	p.uptimes = fields.pair(uptimeElements, 4)
	p.moments = fields.pair(momentElements, 8)
	if !p.compileAddresses(fields) || !p.compileNumbers(fields) {
		return nil
	}
	return p
}

// places are the fields of the template that are read, those of the flow and
// those of its reverse direction; false where their place is not the same in
// every record, or where they are no flow's.
func (t *template) places() (fields, reverse elements, ok bool) {
	if t.options {
		return nil, nil, false
	}
	offsets, offset := make([]int, len(t.fields)), 0
	for i, f := range t.fields {
		offsets[i] = offset
		if f.Length != variableLength { // those are taken out, see straighten
			offset += int(f.Length)
		}
	}
	for _, s := range t.steps {
		f := t.fields[s.field]
		if f.Length == variableLength {
			return nil, nil, false
		}
		if read := (fieldPlace{place{offsets[s.field], int(f.Length)}, f.Type, s.read}); s.reverse {
			reverse = append(reverse, read)
		} else {
			fields = append(fields, read)
		}
	}
	return fields, reverse, true
}

// pair is the places of a start and an end of that length, where these two are
// all that the record says about time.
func (e elements) pair(startAndEnd []uint16, length int) pair {
	start, end := e.having(startAndEnd[0]), e.having(startAndEnd[1])
	if len(e.having(timeElements...)) != 2 || len(start) != 1 || len(end) != 1 || start[0].length != length || end[0].length != length {
		return pair{}
	}
	return pair{start[0].place, end[0].place}
}

// compileAddresses finds the way to the addresses: one family only, or whatever
// the record says. Without any, a section of the packet might have them.
func (p *columnPlan) compileAddresses(fields elements) bool {
	all := fields.having(addressElements...)
	src4, dst4 := all.having(sourceIPv4Address), all.having(destinationIPv4Address)
	src6, dst6 := all.having(sourceIPv6Address), all.having(destinationIPv6Address)
	families := len(src4) + len(dst4) + len(src6) + len(dst6)
	switch {
	case families == 2 && src4.only(4) && dst4.only(4):
		p.writers = append(p.writers,
			ipv4Column(func(b *flow.Batch) (hi, lo []int64) { return b.SrcHi, b.SrcLo }, src4[0].place),
			ipv4Column(func(b *flow.Batch) (hi, lo []int64) { return b.DstHi, b.DstLo }, dst4[0].place))
	case families == 2 && src6.only(16) && dst6.only(16):
		p.writers = append(p.writers,
			ipv6Column(func(b *flow.Batch) (hi, lo []int64) { return b.SrcHi, b.SrcLo }, src6[0].place),
			ipv6Column(func(b *flow.Batch) (hi, lo []int64) { return b.DstHi, b.DstLo }, dst6[0].place))
	case families > 0:
		p.addresses = all.steps()
	default:
		return false
	}
	// An address field of a wrong length is none.
	none := !slices.ContainsFunc(slices.Concat(src4, dst4), func(f fieldPlace) bool { return f.length == 4 }) &&
		!slices.ContainsFunc(slices.Concat(src6, dst6), func(f fieldPlace) bool { return f.length == 16 })
	return !none || len(fields.having(sectionElements...)) == 0
}

// only says that there is one such field, and of that length.
func (e elements) only(length int) bool { return len(e) == 1 && e[0].length == length }

// compileNumbers makes the writers of the columns that each are a number of the
// record; false where such a number has a length that only a rule for one record
// can make fit.
func (p *columnPlan) compileNumbers(fields elements) bool {
	ordered := func(elements ...uint16) (found []place) {
		for _, element := range elements {
			for _, f := range fields.having(element) {
				found = append(found, f.place)
			}
		}
		return found
	}
	inOrderOfTheRecord := func(elements ...uint16) (found []place) {
		for _, f := range fields.having(elements...) {
			found = append(found, f.place)
		}
		return found
	}
	srcPort := inOrderOfTheRecord(sourceTransportPort, udpSourcePort, tcpSourcePort)
	dstPort := inOrderOfTheRecord(destinationTransportPort, udpDestinationPort, tcpDestinationPort)
	proto := ordered(protocolIdentifier, nextHeaderIPv6)
	flags, endReason, direction := ordered(tcpControlBits), ordered(flowEndReason), ordered(flowDirection)
	if !atMost(2, srcPort, dstPort, flags) || !atMost(1, proto, endReason, direction) || max(len(flags), len(endReason), len(direction)) > 1 {
		return false
	}
	p.writers = append(p.writers,
		numberColumn(func(b *flow.Batch) []int32 { return b.SrcPort }, srcPort),
		numberColumn(func(b *flow.Batch) []int32 { return b.DstPort }, dstPort),
		numberColumn(func(b *flow.Batch) []int16 { return b.Proto }, proto),
		flagsColumn(flags),
		numberColumn(func(b *flow.Batch) []int64 { return b.Bytes }, ordered(octetElements...)),
		numberColumn(func(b *flow.Batch) []int64 { return b.Packets }, ordered(packetElements...)),
		numberColumn(func(b *flow.Batch) []int64 { return b.InIf }, ordered(ingressInterface, ingressPhysicalInterface)),
		numberColumn(func(b *flow.Batch) []int64 { return b.OutIf }, ordered(egressInterface, egressPhysicalInterface)),
		numberColumn(func(b *flow.Batch) []int64 { return b.SrcAS }, ordered(bgpSourceAsNumber)),
		numberColumn(func(b *flow.Batch) []int64 { return b.DstAS }, ordered(bgpDestinationAsNumber)),
		optionalColumn(func(b *flow.Batch) []int16 { return b.EndReason }, endReason),
		optionalColumn(func(b *flow.Batch) []int16 { return b.Direction }, direction))
	return true
}

// atMost says that no field is longer than that.
func atMost(length int, columns ...[]place) bool {
	for _, p := range slices.Concat(columns...) {
		if p.length > length {
			return false
		}
	}
	return true
}
