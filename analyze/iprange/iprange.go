// Package iprange reads address ranges as people write them and turns them
// into the lake's numbers.
//
// A Range is an address, a prefix or any first-last pair of one family. The
// lake stores an address as two signed big-endian halves, IPv4 as
// ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2); Halves is that form.
package iprange

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
)

// Range is all addresses from First to Last, both included, of one family.
type Range struct {
	First, Last netip.Addr
}

// Of is the range of one address.
func Of(a netip.Addr) Range { return Range{First: a, Last: a} }

// OfPrefix is the range of a prefix; host bits are ignored.
func OfPrefix(p netip.Prefix) Range {
	first := p.Masked().Addr()
	b := first.AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	last, _ := netip.AddrFromSlice(b)
	return Range{First: first, Last: last}
}

// separators are what stands between the two ends of a range: a hyphen, and
// what input methods and word processors make of it.
var separators = strings.NewReplacer("–", "-", "—", "-", "－", "-", "~", "-", "～", "-")

// Parse reads an address, a prefix (10.1.0.0/16) or a range
// (10.1.0.1-10.1.0.9, also 10.1.0.1-9). Its errors say what is wrong in the
// words of the person who wrote s.
func Parse(s string) (Range, error) {
	if strings.Contains(s, "/") {
		return parsePrefix(s)
	}
	if first, last, ok := strings.Cut(separators.Replace(s), "-"); ok {
		return parsePair(strings.TrimSpace(first), strings.TrimSpace(last))
	}
	a, err := ParseAddr(s)
	return Of(a), err
}

// ParseAddr reads one address. IPv4-mapped IPv6 becomes IPv4, and zones are
// refused: they mean something on one machine only.
func ParseAddr(s string) (netip.Addr, error) {
	a, err := netip.ParseAddr(s)
	switch {
	case err != nil:
		return netip.Addr{}, fmt.Errorf("%q is not an address", s)
	case a.Zone() != "":
		return netip.Addr{}, fmt.Errorf("%q has a zone, which means nothing on another machine", s)
	}
	return a.Unmap(), nil
}

func parsePrefix(s string) (Range, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return Range{}, fmt.Errorf("%q is not a prefix", s)
	}
	if p.Addr().Is4In6() {
		if p.Bits() < 96 {
			return Range{}, fmt.Errorf("prefix %s mixes IPv4 and IPv6", p)
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	if p.Masked() != p {
		return Range{}, fmt.Errorf("prefix %s has host bits set, want %s", p, p.Masked())
	}
	return OfPrefix(p), nil
}

func parsePair(first, last string) (Range, error) {
	a, err := ParseAddr(first)
	if err != nil {
		return Range{}, err
	}
	if n, err := strconv.ParseUint(last, 10, 8); err == nil && a.Is4() {
		octets := a.As4()
		octets[3] = byte(n)
		last = netip.AddrFrom4(octets).String()
	}
	b, err := ParseAddr(last)
	if err != nil {
		return Range{}, err
	}
	switch {
	case a.Is4() != b.Is4():
		return Range{}, errors.New("the range begins and ends in different families")
	case b.Less(a):
		return Range{}, fmt.Errorf("the range ends at %s, before it begins at %s", b, a)
	}
	return Range{First: a, Last: b}, nil
}

// Prefix is the range as a prefix, if it is exactly one.
func (r Range) Prefix() (netip.Prefix, bool) {
	p, err := r.First.Prefix(r.First.BitLen() - r.widthBits())
	if err != nil || OfPrefix(p) != r {
		return netip.Prefix{}, false
	}
	return p, true
}

// IsSingle says whether the range is one address.
func (r Range) IsSingle() bool { return r.First == r.Last }

// String is the canonical text: an address, a prefix, or first-last.
func (r Range) String() string {
	if r.IsSingle() {
		return r.First.String()
	}
	if p, ok := r.Prefix(); ok {
		return p.String()
	}
	return r.First.String() + "-" + r.Last.String()
}

// PrefixLen is how specific the range is, out of 128 bits for both families
// (an IPv4 /32 is 128). For a range that is no prefix it is the length of
// the smallest prefix that could hold as many addresses.
func (r Range) PrefixLen() int { return 128 - r.widthBits() }

// widthBits is the number of bits that the range's addresses are counted
// with: 0 for one address, 8 for 129 to 256.
func (r Range) widthBits() int {
	hi, lo := r.span()
	if hi != 0 {
		return 64 + bits.Len64(hi)
	}
	return bits.Len64(lo)
}

// span is Last-First.
func (r Range) span() (hi, lo uint64) {
	firstHi, firstLo := unsigned(r.First)
	lastHi, lastLo := unsigned(r.Last)
	lo, borrow := bits.Sub64(lastLo, firstLo, 0)
	hi, _ = bits.Sub64(lastHi, firstHi, borrow)
	return hi, lo
}

// CompareSize orders ranges by their number of addresses.
func (r Range) CompareSize(o Range) int {
	hi, lo := r.span()
	otherHi, otherLo := o.span()
	return cmp.Or(cmp.Compare(hi, otherHi), cmp.Compare(lo, otherLo))
}

// Compare orders ranges by their first address, wider ones first.
func (r Range) Compare(o Range) int {
	return cmp.Or(r.First.Compare(o.First), o.Last.Compare(r.Last))
}

// Contains says whether a lies in the range.
func (r Range) Contains(a netip.Addr) bool {
	return a.BitLen() == r.First.BitLen() && !a.Less(r.First) && !r.Last.Less(a)
}

// Covers says whether all of o lies in the range.
func (r Range) Covers(o Range) bool { return r.Contains(o.First) && r.Contains(o.Last) }

// Overlaps says whether the ranges share an address.
func (r Range) Overlaps(o Range) bool {
	return r.First.BitLen() == o.First.BitLen() && !r.Last.Less(o.First) && !o.Last.Less(r.First)
}

// Halves is an address as the lake stores it.
func Halves(a netip.Addr) (hi, lo int64) {
	h, l := unsigned(a)
	return int64(h), int64(l) //nolint:gosec // the bit pattern is kept
}

func unsigned(a netip.Addr) (hi, lo uint64) {
	b := a.As16()
	return binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
}
