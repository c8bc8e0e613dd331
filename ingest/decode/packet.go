package decode

import (
	"encoding/binary"

	"minewatch/ingest/flow"
)

// Kinds of a sampled header (sFlow v5 section 5.3, enum header_protocol).
const (
	headerEthernet = 1
	headerPPP      = 7
	headerIPv4     = 11
	headerIPv6     = 12
	headerMPLS     = 13
)

// EtherTypes (IEEE 802, IANA "IEEE 802 Numbers").
const (
	etherIPv4    = 0x0800
	etherIPv6    = 0x86dd
	etherVLAN    = 0x8100 // 802.1Q
	etherQinQ    = 0x88a8 // 802.1ad
	etherQinQOld = 0x9100 // QinQ before 802.1ad
	etherMPLS    = 0x8847
	etherMPLSUp  = 0x8848
	etherPPPoE   = 0x8864 // session stage, RFC 2516
	// etherLast8023 is the largest length of an 802.3 frame; above it the
	// field is a type.
	etherLast8023 = 1500
)

// IANA protocol numbers.
const (
	protoHopByHop    = 0
	protoICMP        = 1
	protoTCP         = 6
	protoUDP         = 17
	protoDCCP        = 33
	protoRouting     = 43
	protoFragment    = 44
	protoAH          = 51
	protoICMPv6      = 58
	protoDestination = 60
	protoSCTP        = 132
	protoUDPLite     = 136
)

// packet is what the headers of one sampled packet say. Ports are 0 and
// flags none where the sample ends before them or the packet is a later
// fragment.
type packet struct {
	src, dst         flow.Addr
	srcPort, dstPort int32
	proto            int16
	tcpFlags         int16
	length           int64 // bytes of the IP packet, by its own header
}

// fill sets the endpoints of r.
func (p *packet) fill(r *flow.Record) {
	r.Src, r.Dst = p.src, p.dst
	r.SrcPort, r.DstPort = p.srcPort, p.dstPort
	r.Proto = p.proto
	r.TCPFlags |= p.tcpFlags
}

// dissect finds the IP packet in a sampled header of that kind; false, and p as
// it was, if there is none or it is cut before its addresses. It looks through
// VLAN tags, MPLS labels and PPPoE, not into tunnels: the outer addresses are
// the ones that this exporter forwards by.
func (p *packet) dissect(kind uint32, b []byte) bool {
	switch kind {
	case headerEthernet:
		return p.ethernet(b)
	case headerPPP:
		return p.ppp(b)
	case headerIPv4, headerIPv6:
		return p.ip(b)
	case headerMPLS:
		return p.mpls(b)
	default:
		return false
	}
}

func (p *packet) ethernet(b []byte) bool {
	if len(b) < 14 {
		return false
	}
	b = b[12:] // behind the two MAC addresses
	for {
		if len(b) < 2 {
			return false
		}
		kind := binary.BigEndian.Uint16(b)
		b = b[2:]
		switch {
		case kind == etherIPv4, kind == etherIPv6:
			return p.ip(b)
		case kind == etherVLAN, kind == etherQinQ, kind == etherQinQOld:
			if len(b) < 2 {
				return false
			}
			b = b[2:]
		case kind == etherMPLS, kind == etherMPLSUp:
			return p.mpls(b)
		case kind == etherPPPoE && len(b) > 6:
			return p.ppp(b[6:])
		case kind <= etherLast8023 && len(b) > 6 && b[0] == 0xaa && b[1] == 0xaa:
			b = b[6:] // LLC with SNAP: the type follows (RFC 1042)
		default:
			return false
		}
	}
}

// mpls skips the labels. What follows is not announced: its first four
// bits are an IP version, or zero for a pseudowire's control word (RFC 4385)
// before an Ethernet frame.
func (p *packet) mpls(b []byte) bool {
	for {
		if len(b) < 5 {
			return false
		}
		bottom := b[2]&1 == 1
		if b = b[4:]; bottom {
			break
		}
	}
	if b[0]>>4 == 0 && len(b) > 4 {
		return p.ethernet(b[4:])
	}
	return p.ip(b)
}

// ppp reads the protocol field (RFC 1661 section 2), with or without
// HDLC's address and control bytes before it.
func (p *packet) ppp(b []byte) bool {
	if len(b) > 2 && b[0] == 0xff && b[1] == 0x03 {
		b = b[2:]
	}
	if len(b) < 2 {
		return false
	}
	switch binary.BigEndian.Uint16(b) {
	case 0x0021, 0x0057: // IPv4, IPv6
		return p.ip(b[2:])
	default:
		return false
	}
}

func (p *packet) ip(b []byte) bool {
	switch {
	case len(b) >= 20 && b[0]>>4 == 4:
		return p.ipv4(b)
	case len(b) >= 40 && b[0]>>4 == 6:
		return p.ipv6(b)
	default:
		return false
	}
}

// ipv4 reads an IPv4 header (RFC 791 section 3.1), 20 bytes at least.
func (p *packet) ipv4(b []byte) bool {
	header := int(b[0]&0x0f) * 4
	if header < 20 {
		return false
	}
	*p = packet{
		src:    flow.AddrFrom4([4]byte(b[12:16])),
		dst:    flow.AddrFrom4([4]byte(b[16:20])),
		proto:  int16(b[9]),
		length: int64(binary.BigEndian.Uint16(b[2:])),
	}
	if first := binary.BigEndian.Uint16(b[6:])&0x1fff == 0; first && header < len(b) {
		p.transport(b[header:])
	}
	return true
}

// ipv6 reads an IPv6 header (RFC 8200 section 3), 40 bytes at least,
// and the extension headers before the transport's.
func (p *packet) ipv6(b []byte) bool {
	*p = packet{
		src:    flow.AddrFrom16([16]byte(b[8:24])),
		dst:    flow.AddrFrom16([16]byte(b[24:40])),
		proto:  int16(b[6]),
		length: 40 + int64(binary.BigEndian.Uint16(b[4:])),
	}
	for b = b[40:]; len(b) >= 8; {
		size := 8 + int(b[1])*8
		switch p.proto {
		case protoHopByHop, protoRouting, protoDestination:
		case protoAH:
			size = 8 + int(b[1])*4 // RFC 4302 section 2.2 counts in words
		case protoFragment:
			size = 8
			if binary.BigEndian.Uint16(b[2:])&^7 != 0 {
				p.proto = int16(b[0])
				return true
			}
		default:
			p.transport(b)
			return true
		}
		p.proto = int16(b[0])
		if size > len(b) {
			return true
		}
		b = b[size:]
	}
	p.transport(b)
	return true
}

// transport reads the ports and flags that the sample still holds.
func (p *packet) transport(b []byte) {
	switch p.proto {
	case protoTCP, protoUDP, protoDCCP, protoSCTP, protoUDPLite:
		if len(b) >= 4 {
			p.srcPort = int32(binary.BigEndian.Uint16(b))
			p.dstPort = int32(binary.BigEndian.Uint16(b[2:]))
		}
		if p.proto == protoTCP && len(b) >= 14 {
			p.tcpFlags = int16(binary.BigEndian.Uint16(b[12:]) & 0x0fff)
		}
	case protoICMP, protoICMPv6:
		if len(b) >= 2 {
			p.dstPort = int32(binary.BigEndian.Uint16(b)) // as routers do in v5: type<<8 | code
		}
	}
}
