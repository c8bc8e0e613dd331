package flow

import (
	"encoding/binary"
	"net/netip"
)

// Addr is a 128-bit IP address as two big-endian halves. IPv4 is stored as
// its IPv4-mapped IPv6 address ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2), so
// Hi is 0 and Lo is positive. The zero Addr is ::, "no address exported".
//
// Two signed integers, because every query engine has them, they compress
// by delta encoding, and a join on Lo is as fast as one on 32-bit IPv4.
type Addr struct {
	Hi, Lo int64
}

// v4Prefix is ::ffff:0:0/96, the low half's upper 32 bits of a mapped IPv4.
const v4Prefix = 0x0000ffff_00000000

// AddrFrom4 maps the IPv4 address in the four bytes b.
func AddrFrom4(b [4]byte) Addr { return Addr{Lo: LowerHalf(binary.BigEndian.Uint32(b[:]))} }

// LowerHalf is Lo of an IPv4 address.
func LowerHalf(ipv4 uint32) int64 { return v4Prefix | int64(ipv4) }

// AddrFrom16 splits the IPv6 address in the sixteen bytes b.
func AddrFrom16(b [16]byte) Addr {
	return Addr{
		Hi: int64(binary.BigEndian.Uint64(b[:8])), //nolint:gosec // the bit pattern is kept
		Lo: int64(binary.BigEndian.Uint64(b[8:])), //nolint:gosec // the bit pattern is kept
	}
}

// AddrFrom converts a; an invalid address becomes ::. Zones are dropped.
func AddrFrom(a netip.Addr) Addr {
	if !a.IsValid() {
		return Addr{}
	}
	return AddrFrom16(a.As16())
}

// Netip returns the address, IPv4 as IPv4.
func (a Addr) Netip() netip.Addr {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(a.Hi)) //nolint:gosec // the bit pattern is kept
	binary.BigEndian.PutUint64(b[8:], uint64(a.Lo)) //nolint:gosec // the bit pattern is kept
	return netip.AddrFrom16(b).Unmap()
}

// String is the usual text form (RFC 5952), IPv4 dotted.
func (a Addr) String() string { return a.Netip().String() }
