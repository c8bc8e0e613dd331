package feed

import (
	"errors"
	"fmt"
	"net/netip"

	"minewatch/analyze/iprange"
)

// closed are networks where no pool can be: an entry in one of them is a
// mistake or an attempt to have somebody accused. Documentation and benchmark
// networks (RFC 5737, RFC 3849, RFC 2544) are let in: they are what examples
// and generated traffic are made of, and no real flow has them.
var closed = []struct {
	prefix netip.Prefix
	what   string
}{
	{netip.MustParsePrefix("0.0.0.0/8"), "this network (RFC 791)"},
	{netip.MustParsePrefix("10.0.0.0/8"), "private (RFC 1918)"},
	{netip.MustParsePrefix("100.64.0.0/10"), "carrier-grade NAT (RFC 6598)"},
	{netip.MustParsePrefix("127.0.0.0/8"), "loopback (RFC 1122)"},
	{netip.MustParsePrefix("169.254.0.0/16"), "link-local (RFC 3927)"},
	{netip.MustParsePrefix("172.16.0.0/12"), "private (RFC 1918)"},
	{netip.MustParsePrefix("192.0.0.0/24"), "protocol assignments (RFC 6890)"},
	{netip.MustParsePrefix("192.168.0.0/16"), "private (RFC 1918)"},
	{netip.MustParsePrefix("224.0.0.0/4"), "multicast (RFC 5771)"},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved or broadcast (RFC 1112)"},
	{netip.MustParsePrefix("::/128"), "the unspecified address (RFC 4291)"},
	{netip.MustParsePrefix("::1/128"), "loopback (RFC 4291)"},
	{netip.MustParsePrefix("100::/64"), "discard-only (RFC 6666)"},
	{netip.MustParsePrefix("fc00::/7"), "private (RFC 4193)"},
	{netip.MustParsePrefix("fe80::/10"), "link-local (RFC 4291)"},
	{netip.MustParsePrefix("fec0::/10"), "site-local (RFC 3879)"},
	{netip.MustParsePrefix("ff00::/8"), "multicast (RFC 4291)"},
}

// The widest prefixes that may be listed. A wider one is a provider, not a
// pool, and would make suspects of everybody who visits it.
const (
	widest4 = 16
	widest6 = 32
)

// check is the gate: it refuses an entry that cannot be a pool or that
// contradicts itself.
func (e *Entry) check() error {
	if err := checkRange(e.Range); err != nil {
		return err
	}
	from := e.ValidFrom
	if from.IsZero() {
		from = e.FirstSeen
	}
	switch {
	case !e.LastSeen.IsZero() && e.LastSeen.Before(e.FirstSeen):
		return fmt.Errorf("last_seen %s is before first_seen %s", day(e.LastSeen), day(e.FirstSeen))
	case !e.ValidUntil.IsZero() && e.ValidUntil.Before(from):
		return fmt.Errorf("valid_until %s is before the entry becomes valid on %s", day(e.ValidUntil), day(from))
	}
	return nil
}

func checkRange(r iprange.Range) error {
	p, ok := r.Prefix()
	if !ok {
		return errors.New("a range that is no prefix: list its prefixes")
	}
	widest := widest6
	if p.Addr().Is4() {
		widest = widest4
	}
	if p.Bits() < widest {
		return fmt.Errorf("prefix %s is wider than /%d: a provider, not a pool", p, widest)
	}
	for _, c := range closed {
		if c.prefix.Overlaps(p) {
			return fmt.Errorf("%s is in %s, %s: no pool can be there", r, c.prefix, c.what)
		}
	}
	return nil
}
