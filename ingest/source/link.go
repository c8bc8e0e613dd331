package source

import (
	"encoding/binary"
	"fmt"
)

// linkType is a LINKTYPE_ value of https://www.tcpdump.org/linktypes.html.
// Files hold some host DLT_ values too, as old libpcaps wrote them.
type linkType uint32

const (
	linkNull      linkType = 0 // BSD loopback: address family in the capturing host's byte order
	linkEthernet  linkType = 1
	linkRawDLT    linkType = 12 // DLT_RAW, as most systems number it
	linkRawBSD    linkType = 14 // DLT_RAW, as OpenBSD numbers it
	linkRaw       linkType = 101
	linkLoop      linkType = 108 // OpenBSD loopback: address family in network byte order
	linkLinuxSLL  linkType = 113
	linkIPv4      linkType = 228
	linkIPv6      linkType = 229
	linkLinuxSLL2 linkType = 276
)

// EtherTypes that lead to an IP packet.
const (
	etherVLAN    = 0x8100 // IEEE 802.1Q
	etherQinQ    = 0x88a8 // IEEE 802.1ad
	etherOldQinQ = 0x9100 // before 802.1ad, and still in use
	etherIPv4    = 0x0800
	etherIPv6    = 0x86dd
	etherMPLS    = 0x8847 // RFC 5332
	etherMPLSUp  = 0x8848 // upstream-assigned label, RFC 5332
)

// linkTypeError says that a capture's packets cannot be read.
type linkTypeError struct{ link linkType }

func (e *linkTypeError) Error() string {
	return fmt.Sprintf("packets of link type %d are not read; capture on an Ethernet, Linux cooked (any), loopback or raw IP interface "+
		"(numbers at https://www.tcpdump.org/linktypes.html)", e.link)
}

func (l linkType) readable() bool {
	switch l {
	case linkNull, linkEthernet, linkRawDLT, linkRawBSD, linkRaw, linkLoop, linkLinuxSLL, linkIPv4, linkIPv6, linkLinuxSLL2:
		return true
	}
	return false
}

// strip returns the IP packet in frame. It does not look at the packet: its
// own version field says which IP it is, whatever the link header claims.
func (l linkType) strip(frame []byte) (ip []byte, ok bool) {
	switch l {
	case linkEthernet: // two addresses of 6 bytes, then the EtherType
		return etherPayload(frame, 12, 14)
	case linkLinuxSLL: // the EtherType is the last field
		return etherPayload(frame, 14, 16)
	case linkLinuxSLL2: // the EtherType is the first field
		return etherPayload(frame, 0, 20)
	case linkNull, linkLoop:
		// The address family before the packet has a value for each system
		// that can capture, so the packet's own version is the better guide.
		return after(frame, 4)
	default:
		return frame, true
	}
}

// etherPayload returns the IP packet behind a link header of the given length
// with an EtherType at typeAt, VLAN tags and MPLS labels removed.
func etherPayload(frame []byte, typeAt, length int) ([]byte, bool) {
	if len(frame) < length {
		return nil, false
	}
	etherType, b := binary.BigEndian.Uint16(frame[typeAt:]), frame[length:]
	for {
		switch etherType {
		case etherIPv4, etherIPv6:
			return b, true
		case etherMPLS, etherMPLSUp:
			return mplsPayload(b)
		case etherVLAN, etherQinQ, etherOldQinQ:
			if len(b) < 4 {
				return nil, false
			}
			etherType, b = binary.BigEndian.Uint16(b[2:]), b[4:]
		default:
			return nil, false
		}
	}
}

// mplsPayload removes the label stack (RFC 3032 section 2.1). The stack does
// not say what follows; IP is known by its version, as routers guess it.
func mplsPayload(b []byte) ([]byte, bool) {
	for len(b) >= 4 {
		bottom := b[2]&1 == 1
		b = b[4:]
		if bottom {
			return b, true
		}
	}
	return nil, false
}

func after(b []byte, n int) ([]byte, bool) {
	if len(b) < n {
		return nil, false
	}
	return b[n:], true
}
