package decode

import (
	"encoding/binary"
	"math"

	"minewatch/ingest/flow"
)

// observation is what one record says, element by element, before it is
// decided which of several statements counts. For a biflow there are two: the
// elements as such and the reverse ones (RFC 5103).
type observation struct {
	src4, dst4         [4]byte
	src6, dst6         [16]byte
	has4, has6         bool
	ipVersion          uint64 // IE 60
	srcPort, dstPort   uint64
	icmp               uint64 // type<<8 | code, IE 32 or 139
	proto, nextHeader  uint64
	tcpFlags           uint64
	octets, packets    counters
	inIf, outIf        uint64
	inPhysical, outPhy uint64 // IE 252, 253
	srcAS, dstAS       uint64
	endReason          int16
	direction          int16
	nat4               [4]byte
	nat6               [16]byte
	natPort            uint64

	times      span
	systemInit int64 // IE 160, ms since 1970

	interval, randomInterval    uint64 // IE 34, 50
	intervalSize                int    // bytes of either
	packetInterval, packetSpace uint64 // IE 305, 306
	packetSpaceSeen             bool
	samplingSize, population    uint64  // IE 309, 310
	probability                 float64 // IE 311
	algorithm                   uint64  // IE 304
	samplerID                   uint64  // IE 48, 302
	samplerSeen                 bool

	frame, packet []byte // of the payload: IE 315 and 104, IE 313
}

// counters hold one counter by the element that gave it, in the order in
// which they are believed: what came in before what went out, deltas before
// totals since the flow began, layer 3 before layer 2.
type counters [counterKinds]uint64

const (
	delta          = iota // IE 1, 2
	postDelta             // IE 23, 24: v9 OUT_BYTES, OUT_PKTS
	total                 // IE 85, 86
	postTotal             // IE 171, 172
	initiator             // IE 231, 298: from the side that opened the connection
	layer2Delta           // IE 352
	layer2Total           // IE 353
	announcedKinds        // the kinds above are a flow's own; the next is its answer's
	responder      = announcedKinds
	counterKinds   = responder + 1
)

// value is the first counter that is not zero: an exporter that has both
// leaves the one that does not apply at zero, in either order.
func (c *counters) value() int64 {
	for _, v := range c[:announcedKinds] {
		if v != 0 {
			return saturated(v)
		}
	}
	return 0
}

// byInitiator says that the only counters are those of the initiator and the
// responder: the record stands for both directions (Cisco ASA's NSEL).
func (c *counters) byInitiator() bool {
	return c[delta]|c[postDelta]|c[total]|c[postTotal] == 0
}

// reset empties o; optional elements become not exported.
func (o *observation) reset() {
	*o = observation{endReason: flow.Null, direction: flow.Null}
}

// addresses picks the family. Some exporters have one template for both and
// leave the other family's fields zero, or fill them with rubbish and say
// which counts in ipVersion.
func (o *observation) addresses() (src, dst flow.Addr) {
	set4 := o.src4 != [4]byte{} || o.dst4 != [4]byte{}
	set6 := o.src6 != [16]byte{} || o.dst6 != [16]byte{}
	use4 := set4
	switch {
	case set4 && set6:
		use4 = o.ipVersion != 6
	case !set4 && !set6:
		use4 = o.has4 && (!o.has6 || o.ipVersion == 4)
	}
	if use4 {
		return flow.AddrFrom4(o.src4), flow.AddrFrom4(o.dst4)
	}
	return flow.AddrFrom16(o.src6), flow.AddrFrom16(o.dst6)
}

// fill sets what both halves of a biflow have of their own: counters, flags,
// end reason and direction.
func (o *observation) fill(r *flow.Record) {
	r.TCPFlags = int16(o.tcpFlags & 0x0fff)
	r.Bytes, r.Packets = o.octets.value(), o.packets.value()
	r.EndReason, r.Direction = o.endReason, o.direction
}

// endpoints sets who talked to whom, from the elements or from the section
// of a packet where the template has no addresses (PSAMP, RFC 5477).
func (o *observation) endpoints(r *flow.Record) {
	r.Src, r.Dst = o.addresses()
	r.SrcPort, r.DstPort = port(o.srcPort), port(o.dstPort)
	r.Proto = int16(first(o.proto, o.nextHeader) & 0xff)
	r.InIf, r.OutIf = saturated(first(o.inIf, o.inPhysical)), saturated(first(o.outIf, o.outPhy))
	r.SrcAS, r.DstAS = saturated(o.srcAS), saturated(o.dstAS)
	// Routers put ICMP's type and code into the destination port of v5; v9
	// and IPFIX have an element for them. One place is better than two.
	if r.DstPort == 0 && (r.Proto == protoICMP || r.Proto == protoICMPv6) {
		r.DstPort = port(o.icmp)
	}
	if !o.has4 && !o.has6 {
		if p, ok := o.section(); ok {
			p.fill(r)
			if r.Bytes == 0 {
				r.Bytes = p.length
			}
			r.Packets = max(r.Packets, 1)
		}
	}
	o.translation(r)
}

// section dissects the packet section that the record carries.
func (o *observation) section() (p packet, ok bool) {
	switch {
	case len(o.frame) > 0:
		ok = p.dissect(headerEthernet, o.frame)
	case len(o.packet) > 0:
		ok = p.ip(o.packet)
	}
	return p, ok
}

// translation sets the post-NAT source. An address of zeros means that
// nothing was translated.
func (o *observation) translation(r *flow.Record) {
	switch {
	case o.nat4 != [4]byte{}:
		r.HasNATSrc, r.NATSrc = true, flow.AddrFrom4(o.nat4)
	case o.nat6 != [16]byte{}:
		r.HasNATSrc, r.NATSrc = true, flow.AddrFrom16(o.nat6)
	}
	if o.natPort != 0 {
		r.NATSrcPort = port(o.natPort)
	}
}

// unsigned reads a number of any length: IPFIX encodes numbers in fewer bytes
// than their type (RFC 7011 section 6.2), v9 in whatever the template says. A
// number that needs more than 64 bits is as large as can be.
func unsigned(b []byte) uint64 {
	switch len(b) {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(binary.BigEndian.Uint16(b))
	case 4:
		return uint64(binary.BigEndian.Uint32(b))
	case 8:
		return binary.BigEndian.Uint64(b)
	}
	var v uint64
	for _, digit := range b {
		if v>>56 != 0 {
			return math.MaxUint64
		}
		v = v<<8 | uint64(digit)
	}
	return v
}

// saturated is v as the lake's signed number.
func saturated(v uint64) int64 { return int64(min(v, math.MaxInt64)) }

// port is v as a port; more than 16 bits is none.
func port(v uint64) int32 {
	if v > math.MaxUint16 {
		return 0
	}
	return int32(v)
}

// first is the first number that is not zero.
func first(a, b uint64) uint64 {
	if a != 0 {
		return a
	}
	return b
}
