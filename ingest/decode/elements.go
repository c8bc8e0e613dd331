package decode

import (
	"encoding/binary"
	"math"
)

// Information elements by their number in the IANA registry "IPFIX
// Information Elements", with its names. NetFlow v9 field types are the same
// numbers up to 127; exporters use the newer ones in v9 too.
const (
	octetDeltaCount             = 1
	packetDeltaCount            = 2
	protocolIdentifier          = 4
	tcpControlBits              = 6
	sourceTransportPort         = 7
	sourceIPv4Address           = 8
	ingressInterface            = 10
	destinationTransportPort    = 11
	destinationIPv4Address      = 12
	egressInterface             = 14
	bgpSourceAsNumber           = 16
	bgpDestinationAsNumber      = 17
	flowEndSysUpTime            = 21
	flowStartSysUpTime          = 22
	postOctetDeltaCount         = 23
	postPacketDeltaCount        = 24
	sourceIPv6Address           = 27
	destinationIPv6Address      = 28
	icmpTypeCodeIPv4            = 32
	samplingInterval            = 34
	samplerID                   = 48
	samplerRandomInterval       = 50
	ipVersion                   = 60
	flowDirection               = 61
	octetTotalCount             = 85
	packetTotalCount            = 86
	layer2packetSectionData     = 104
	flowEndReason               = 136
	icmpTypeCodeIPv6            = 139
	flowStartSeconds            = 150
	flowEndSeconds              = 151
	flowStartMilliseconds       = 152
	flowEndMilliseconds         = 153
	flowStartMicroseconds       = 154
	flowEndMicroseconds         = 155
	flowStartNanoseconds        = 156
	flowEndNanoseconds          = 157
	flowStartDeltaMicroseconds  = 158
	flowEndDeltaMicroseconds    = 159
	systemInitTimeMilliseconds  = 160
	flowDurationMilliseconds    = 161
	flowDurationMicroseconds    = 162
	postOctetTotalCount         = 171
	postPacketTotalCount        = 172
	icmpTypeIPv4                = 176
	icmpCodeIPv4                = 177
	icmpTypeIPv6                = 178
	icmpCodeIPv6                = 179
	udpSourcePort               = 180
	udpDestinationPort          = 181
	tcpSourcePort               = 182
	tcpDestinationPort          = 183
	nextHeaderIPv6              = 193
	paddingOctets               = 210
	postNATSourceIPv4Address    = 225
	postNAPTSourceTransportPort = 227
	initiatorOctets             = 231
	responderOctets             = 232
	ingressPhysicalInterface    = 252
	egressPhysicalInterface     = 253
	postNATSourceIPv6Address    = 281
	initiatorPackets            = 298
	responderPackets            = 299
	selectorID                  = 302
	selectorAlgorithm           = 304
	samplingPacketInterval      = 305
	samplingPacketSpace         = 306
	samplingSize                = 309
	samplingPopulation          = 310
	samplingProbability         = 311
	ipHeaderPacketSection       = 313
	dataLinkFrameSection        = 315
	observationTimeSeconds      = 322
	observationTimeMilliseconds = 323
	observationTimeMicroseconds = 324
	observationTimeNanoseconds  = 325
	layer2OctetDeltaCount       = 352
	layer2OctetTotalCount       = 353

	// Cisco ASA before 8.4 exported translations under numbers of its own
	// (NF_F_XLATE_SRC_ADDR_IPV4 and NF_F_XLATE_SRC_PORT of its NetFlow guide).
	// In v9 the upper bit does not mark an enterprise, so they cannot be
	// mistaken for IPFIX ones.
	asaXlateSrcAddr = 40001
	asaXlateSrcPort = 40003
)

// reader reads one element into an observation.
type reader func(o *observation, value []byte)

// readers has every element that is read; all others are skipped. Where a
// template has an element twice, the first value that is not zero counts
// (RFC 7011 section 8: in the order of the metering).
var readers = map[uint16]reader{
	octetDeltaCount:       number(func(o *observation) *uint64 { return &o.octets[delta] }),
	postOctetDeltaCount:   number(func(o *observation) *uint64 { return &o.octets[postDelta] }),
	octetTotalCount:       number(func(o *observation) *uint64 { return &o.octets[total] }),
	postOctetTotalCount:   number(func(o *observation) *uint64 { return &o.octets[postTotal] }),
	initiatorOctets:       number(func(o *observation) *uint64 { return &o.octets[initiator] }),
	responderOctets:       number(func(o *observation) *uint64 { return &o.octets[responder] }),
	layer2OctetDeltaCount: number(func(o *observation) *uint64 { return &o.octets[layer2Delta] }),
	layer2OctetTotalCount: number(func(o *observation) *uint64 { return &o.octets[layer2Total] }),
	packetDeltaCount:      number(func(o *observation) *uint64 { return &o.packets[delta] }),
	postPacketDeltaCount:  number(func(o *observation) *uint64 { return &o.packets[postDelta] }),
	packetTotalCount:      number(func(o *observation) *uint64 { return &o.packets[total] }),
	postPacketTotalCount:  number(func(o *observation) *uint64 { return &o.packets[postTotal] }),
	initiatorPackets:      number(func(o *observation) *uint64 { return &o.packets[initiator] }),
	responderPackets:      number(func(o *observation) *uint64 { return &o.packets[responder] }),

	sourceIPv4Address:        func(o *observation, v []byte) { o.has4 = ipv4(&o.src4, v) || o.has4 },
	destinationIPv4Address:   func(o *observation, v []byte) { o.has4 = ipv4(&o.dst4, v) || o.has4 },
	sourceIPv6Address:        func(o *observation, v []byte) { o.has6 = ipv6(&o.src6, v) || o.has6 },
	destinationIPv6Address:   func(o *observation, v []byte) { o.has6 = ipv6(&o.dst6, v) || o.has6 },
	ipVersion:                number(func(o *observation) *uint64 { return &o.ipVersion }),
	sourceTransportPort:      number(func(o *observation) *uint64 { return &o.srcPort }),
	destinationTransportPort: number(func(o *observation) *uint64 { return &o.dstPort }),
	udpSourcePort:            number(func(o *observation) *uint64 { return &o.srcPort }),
	udpDestinationPort:       number(func(o *observation) *uint64 { return &o.dstPort }),
	tcpSourcePort:            number(func(o *observation) *uint64 { return &o.srcPort }),
	tcpDestinationPort:       number(func(o *observation) *uint64 { return &o.dstPort }),
	protocolIdentifier:       number(func(o *observation) *uint64 { return &o.proto }),
	nextHeaderIPv6:           number(func(o *observation) *uint64 { return &o.nextHeader }),
	tcpControlBits:           number(func(o *observation) *uint64 { return &o.tcpFlags }),
	icmpTypeCodeIPv4:         number(func(o *observation) *uint64 { return &o.icmp }),
	icmpTypeCodeIPv6:         number(func(o *observation) *uint64 { return &o.icmp }),
	icmpTypeIPv4:             func(o *observation, v []byte) { o.icmp |= unsigned(v) & 0xff << 8 },
	icmpTypeIPv6:             func(o *observation, v []byte) { o.icmp |= unsigned(v) & 0xff << 8 },
	icmpCodeIPv4:             func(o *observation, v []byte) { o.icmp |= unsigned(v) & 0xff },
	icmpCodeIPv6:             func(o *observation, v []byte) { o.icmp |= unsigned(v) & 0xff },
	ipHeaderPacketSection:    func(o *observation, v []byte) { o.packet = v },
	dataLinkFrameSection:     func(o *observation, v []byte) { o.frame = v },
	layer2packetSectionData:  func(o *observation, v []byte) { o.frame = v },

	ingressInterface:         number(func(o *observation) *uint64 { return &o.inIf }),
	egressInterface:          number(func(o *observation) *uint64 { return &o.outIf }),
	ingressPhysicalInterface: number(func(o *observation) *uint64 { return &o.inPhysical }),
	egressPhysicalInterface:  number(func(o *observation) *uint64 { return &o.outPhy }),
	bgpSourceAsNumber:        number(func(o *observation) *uint64 { return &o.srcAS }),
	bgpDestinationAsNumber:   number(func(o *observation) *uint64 { return &o.dstAS }),
	flowEndReason:            func(o *observation, v []byte) { o.endReason = int16(unsigned(v) & 0xff) },
	flowDirection:            func(o *observation, v []byte) { o.direction = int16(unsigned(v) & 0xff) },

	postNATSourceIPv4Address:    func(o *observation, v []byte) { ipv4(&o.nat4, v) },
	asaXlateSrcAddr:             func(o *observation, v []byte) { ipv4(&o.nat4, v) },
	postNATSourceIPv6Address:    func(o *observation, v []byte) { ipv6(&o.nat6, v) },
	postNAPTSourceTransportPort: number(func(o *observation) *uint64 { return &o.natPort }),
	asaXlateSrcPort:             number(func(o *observation) *uint64 { return &o.natPort }),

	flowStartSysUpTime:          uptime(func(s *span) (*uint32, *bool) { return &s.startUptime, &s.hasStartUptime }),
	flowEndSysUpTime:            uptime(func(s *span) (*uint32, *bool) { return &s.endUptime, &s.hasEndUptime }),
	flowStartSeconds:            moment(seconds, func(s *span) *int64 { return &s.start }),
	flowEndSeconds:              moment(seconds, func(s *span) *int64 { return &s.end }),
	flowStartMilliseconds:       moment(milliseconds, func(s *span) *int64 { return &s.start }),
	flowEndMilliseconds:         moment(milliseconds, func(s *span) *int64 { return &s.end }),
	flowStartMicroseconds:       moment(ntp, func(s *span) *int64 { return &s.start }),
	flowEndMicroseconds:         moment(ntp, func(s *span) *int64 { return &s.end }),
	flowStartNanoseconds:        moment(ntp, func(s *span) *int64 { return &s.start }),
	flowEndNanoseconds:          moment(ntp, func(s *span) *int64 { return &s.end }),
	observationTimeSeconds:      moment(seconds, func(s *span) *int64 { return &s.observed }),
	observationTimeMilliseconds: moment(milliseconds, func(s *span) *int64 { return &s.observed }),
	observationTimeMicroseconds: moment(ntp, func(s *span) *int64 { return &s.observed }),
	observationTimeNanoseconds:  moment(ntp, func(s *span) *int64 { return &s.observed }),
	flowStartDeltaMicroseconds:  length(1, func(s *span) (*int64, *bool) { return &s.startDelta, &s.hasStartDelta }),
	flowEndDeltaMicroseconds:    length(1, func(s *span) (*int64, *bool) { return &s.endDelta, &s.hasEndDelta }),
	flowDurationMilliseconds:    length(1, func(s *span) (*int64, *bool) { return &s.duration, &s.hasDuration }),
	flowDurationMicroseconds:    length(1000, func(s *span) (*int64, *bool) { return &s.duration, &s.hasDuration }),
	systemInitTimeMilliseconds:  func(o *observation, v []byte) { o.systemInit = milliseconds(v) },

	samplingInterval:       interval(func(o *observation) *uint64 { return &o.interval }),
	samplerRandomInterval:  interval(func(o *observation) *uint64 { return &o.randomInterval }),
	samplingPacketInterval: number(func(o *observation) *uint64 { return &o.packetInterval }),
	samplingPacketSpace:    func(o *observation, v []byte) { o.packetSpace, o.packetSpaceSeen = unsigned(v), true },
	samplingSize:           number(func(o *observation) *uint64 { return &o.samplingSize }),
	samplingPopulation:     number(func(o *observation) *uint64 { return &o.population }),
	samplingProbability:    probability,
	selectorAlgorithm:      number(func(o *observation) *uint64 { return &o.algorithm }),
	samplerID:              named,
	selectorID:             named,
}

// number reads an unsigned number unless one was read that is not zero.
func number(of func(*observation) *uint64) reader {
	return func(o *observation, v []byte) {
		if n := of(o); *n == 0 {
			*n = unsigned(v)
		}
	}
}

// ipv4 reads an address; a field of another length is none.
func ipv4(to *[4]byte, v []byte) bool {
	if len(v) == 4 && *to == [4]byte{} {
		*to = [4]byte(v)
	}
	return len(v) == 4
}

// ipv6 reads an address; a field of another length is none.
func ipv6(to *[16]byte, v []byte) bool {
	if len(v) == 16 && *to == [16]byte{} {
		*to = [16]byte(v)
	}
	return len(v) == 16
}

// uptime reads ms since the device started.
func uptime(of func(*span) (*uint32, *bool)) reader {
	return func(o *observation, v []byte) {
		value, has := of(&o.times)
		*value, *has = uint32(unsigned(v)), true
	}
}

// moment reads an absolute time by its encoding; 0 is not said.
func moment(decode func([]byte) int64, of func(*span) *int64) reader {
	return func(o *observation, v []byte) {
		if t := of(&o.times); *t == 0 {
			*t = decode(v)
		}
	}
}

// length reads a time span in the unit of the span's field, times divisor.
func length(divisor uint64, of func(*span) (*int64, *bool)) reader {
	return func(o *observation, v []byte) {
		value, has := of(&o.times)
		*value, *has = int64(min(unsigned(v)/divisor, math.MaxInt32*1000)), true
	}
}

// seconds, milliseconds and ntp decode the absolute times of RFC 7011 section
// 6.1.7 to 6.1.10 to ms since 1970. What no clock can say is not said (0).
func seconds(v []byte) int64 { return believable(min(unsigned(v), latestMillis) * 1000) }

func milliseconds(v []byte) int64 { return believable(unsigned(v)) }

func ntp(v []byte) int64 {
	if len(v) != 8 || binary.BigEndian.Uint64(v) == 0 {
		return 0
	}
	return ntpMillis(v)
}

func believable(ms uint64) int64 {
	if ms > latestMillis {
		return 0
	}
	return int64(ms)
}

func interval(of func(*observation) *uint64) reader {
	return func(o *observation, v []byte) {
		*of(o), o.intervalSize = unsigned(v), len(v)
	}
}

// probability reads a float64, or the float32 that RFC 7011 section 6.2
// allows in its place.
func probability(o *observation, v []byte) {
	switch len(v) {
	case 8:
		o.probability = math.Float64frombits(binary.BigEndian.Uint64(v))
	case 4:
		o.probability = float64(math.Float32frombits(binary.BigEndian.Uint32(v)))
	}
}

func named(o *observation, v []byte) { o.samplerID, o.samplerSeen = unsigned(v), true }
