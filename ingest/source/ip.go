package source

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// IP protocol numbers (IANA) on the way to UDP.
const (
	protoHopByHop    = 0
	protoUDP         = 17
	protoRouting     = 43
	protoFragment    = 44
	protoAuth        = 51
	protoDestination = 60
	protoMobility    = 135
	protoHIP         = 139
	protoShim6       = 140
)

// segment is the payload of an IP packet, or a fragment of it.
type segment struct {
	src, dst netip.Addr
	protocol byte
	payload  []byte
	packets  int  // that it came in
	cut      bool // the packet was longer than what was captured

	fragment bool
	id       uint32
	offset   int  // of payload, in bytes
	more     bool // not the last fragment
}

// parseIP reads the packet b. That it ends before its own length is only
// believed to be the capture's doing if the frame was cut, but the result is
// the same: the segment is cut.
func parseIP(b []byte, cut bool) (segment, bool) {
	if len(b) == 0 {
		return segment{}, false
	}
	switch b[0] >> 4 {
	case 4:
		return parseIPv4(b, cut)
	case 6:
		return parseIPv6(b, cut)
	}
	return segment{}, false
}

// parseIPv4 reads an IPv4 packet (RFC 791 section 3.1). A total length of 0
// is what a host captures that leaves segmenting to its network card.
func parseIPv4(b []byte, cut bool) (segment, bool) {
	if len(b) < 20 {
		return segment{}, false
	}
	header := int(b[0]&0x0f) * 4
	if header < 20 || len(b) < header {
		return segment{}, false
	}
	switch total := int(binary.BigEndian.Uint16(b[2:])); {
	case total == 0:
	case total < header:
		return segment{}, false
	case total > len(b):
		cut = true
	default:
		b, cut = b[:total], false // what follows is the link's padding
	}
	flags := binary.BigEndian.Uint16(b[6:])
	s := segment{
		src:      netip.AddrFrom4([4]byte(b[12:16])),
		dst:      netip.AddrFrom4([4]byte(b[16:20])),
		protocol: b[9],
		payload:  b[header:],
		packets:  1,
		cut:      cut,
		id:       uint32(binary.BigEndian.Uint16(b[4:])),
		offset:   int(flags&0x1fff) * 8,
		more:     flags&0x2000 != 0,
	}
	s.fragment = s.more || s.offset > 0
	return s, s.protocol == protoUDP
}

// parseIPv6 reads an IPv6 packet (RFC 8200 section 3). A payload length of 0
// is a jumbogram's, or that of a host as above.
func parseIPv6(b []byte, cut bool) (segment, bool) {
	if len(b) < 40 {
		return segment{}, false
	}
	s := segment{
		src:      netip.AddrFrom16([16]byte(b[8:24])),
		dst:      netip.AddrFrom16([16]byte(b[24:40])),
		protocol: b[6],
		payload:  b[40:],
		packets:  1,
		cut:      cut,
	}
	if length := int(binary.BigEndian.Uint16(b[4:])); length > len(s.payload) {
		s.cut = true
	} else if length > 0 {
		s.payload, s.cut = s.payload[:length], false
	}
	return s, s.skipExtensions()
}

// skipExtensions removes the extension headers of an IPv6 packet (RFC 8200
// section 4, RFC 4302 section 2.2) and says whether UDP, or a fragment that
// may turn out to be UDP, is behind them.
func (s *segment) skipExtensions() bool {
	for {
		switch s.protocol {
		case protoUDP:
			return true
		case protoFragment:
			if s.fragment || len(s.payload) < 8 {
				return false // a fragment of a fragment is nobody's datagram
			}
			field := binary.BigEndian.Uint16(s.payload[2:])
			s.protocol = s.payload[0]
			s.offset, s.more = int(field&^7), field&1 == 1
			s.id = binary.BigEndian.Uint32(s.payload[4:])
			s.payload = s.payload[8:]
			if s.more || s.offset > 0 {
				s.fragment = true
				return s.protocol == protoUDP || isExtension(s.protocol)
			}
		default:
			if !isExtension(s.protocol) || len(s.payload) < 8 {
				return false
			}
			length := (int(s.payload[1]) + 1) * 8
			if s.protocol == protoAuth {
				length = (int(s.payload[1]) + 2) * 4
			}
			if length > len(s.payload) {
				return false
			}
			s.protocol, s.payload = s.payload[0], s.payload[length:]
		}
	}
}

func isExtension(protocol byte) bool {
	switch protocol {
	case protoHopByHop, protoRouting, protoAuth, protoDestination, protoMobility, protoHIP, protoShim6:
		return true
	}
	return false
}

// datagram reads the UDP header (RFC 768). A fragment's is read as that of a
// datagram that was cut after it.
func (s *segment) datagram(received time.Time) (Datagram, bool) {
	if s.fragment && s.offset > 0 {
		return Datagram{}, false
	}
	// Of a fragmented IPv6 packet, headers can follow the fragment header.
	if s.protocol != protoUDP && !s.skipExtensions() {
		return Datagram{}, false
	}
	b := s.payload
	if len(b) < 8 {
		return Datagram{}, false
	}
	d := Datagram{
		From:      netip.AddrPortFrom(s.src, binary.BigEndian.Uint16(b)),
		To:        netip.AddrPortFrom(s.dst, binary.BigEndian.Uint16(b[2:])),
		Received:  received,
		Payload:   b[8:],
		Truncated: s.cut || s.fragment,
	}
	switch length := int(binary.BigEndian.Uint16(b[4:])); {
	case length == 0: // longer than 65535, or filled in by the network card
	case length < 8:
		return Datagram{}, false
	case length > len(b):
		d.Truncated = true
	default:
		d.Payload, d.Truncated = b[8:length], false
	}
	return d, true
}
