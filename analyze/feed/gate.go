package feed

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

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

// The widest prefixes of negative lists: whole providers, but not the world.
const (
	widestNegative4 = 8
	widestNegative6 = 16
)

// check is the gate: it refuses an entry that cannot be a pool or that
// contradicts itself.
func (e *Entry) check(own spans) error {
	if err := e.checkWhere(own); err != nil {
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

func (e *Entry) checkWhere(own spans) error {
	if e.isName() {
		return checkName(e.Domain)
	}
	if err := checkRange(e.Range, widest4, widest6, "a provider, not a pool"); err != nil {
		return err
	}
	p, _ := e.Range.Prefix()
	for _, c := range closed {
		if c.prefix.Overlaps(p) {
			return fmt.Errorf("%s is in %s, %s: no pool can be there", e.Range, c.prefix, c.what)
		}
	}
	if who, ok := resolvers[e.Range.First]; ok && e.Range.IsSingle() {
		return fmt.Errorf("%s is the public DNS resolver of %s, not a pool", e.Range, who)
	}
	if o, ok := own.find(e.Range); ok {
		return fmt.Errorf("%s is in %s, %s: the watched network itself", e.Range, o.Range, o.What)
	}
	return nil
}

// checkNegative is the gate of negative lists. Private and reserved networks
// are let in: lists of what is no pool name them, and rightly.
func (e *Entry) checkNegative() error {
	if e.isName() {
		return errors.New("a domain name: negative lists mark addresses")
	}
	return checkRange(e.Range, widestNegative4, widestNegative6, "it would mark the world")
}

func checkRange(r iprange.Range, widest4, widest6 int, why string) error {
	p, ok := r.Prefix()
	if !ok {
		return errors.New("a range that is no prefix: list its prefixes")
	}
	widest := widest6
	if p.Addr().Is4() {
		widest = widest4
	}
	if p.Bits() < widest {
		return fmt.Errorf("prefix %s is wider than /%d: %s", p, widest, why)
	}
	return nil
}

// checkName refuses names that no resolver of the world answers, and such that
// do not fit into a question.
func checkName(name string) error {
	if _, err := WireName(name); err != nil {
		return err
	}
	top := name[strings.LastIndexByte(name, '.')+1:]
	if what, ok := closedNames[top]; ok {
		return fmt.Errorf("%s ends in .%s, %s: no pool can be there", name, top, what)
	}
	return nil
}

// closedNames are top levels below which no pool can be.
var closedNames = map[string]string{
	"localhost":   "the machine itself (RFC 6761)",
	"localdomain": "the machine itself",
	"local":       "the local network (RFC 6762)",
	"internal":    "a private network (ICANN 2024)",
	"invalid":     "no name at all (RFC 6761)",
	"arpa":        "names of the infrastructure (RFC 3172)",
	"onion":       "a Tor service, which has no address (RFC 7686)",
}

// resolvers are public DNS resolvers: lists that were made by resolving names,
// or from sandbox traffic, have them by mistake, and everybody talks to them.
var resolvers = resolversOf(map[string][]string{
	"Google":     {"8.8.8.8", "8.8.4.4", "2001:4860:4860::8888", "2001:4860:4860::8844"},
	"Cloudflare": {"1.1.1.1", "1.0.0.1", "2606:4700:4700::1111", "2606:4700:4700::1001"},
	"Quad9":      {"9.9.9.9", "149.112.112.112", "2620:fe::fe", "2620:fe::9"},
	"OpenDNS":    {"208.67.222.222", "208.67.220.220", "2620:119:35::35", "2620:119:53::53"},
	"114DNS":     {"114.114.114.114", "114.114.115.115"},
	"AliDNS":     {"223.5.5.5", "223.6.6.6", "2400:3200::1", "2400:3200:baba::1"},
	"DNSPod":     {"119.29.29.29"},
	"Baidu":      {"180.76.76.76", "2400:da00::6666"},
	"CNNIC":      {"1.2.4.8", "210.2.4.8"},
	"AdGuard":    {"94.140.14.14", "94.140.15.15"},
	"Yandex":     {"77.88.8.8", "77.88.8.1"},
})

func resolversOf(byName map[string][]string) map[netip.Addr]string {
	list := map[netip.Addr]string{}
	for name, addresses := range byName {
		for _, a := range addresses {
			list[netip.MustParseAddr(a)] = name
		}
	}
	return list
}

// Owned is a range of the watched network, and in whose words.
type Owned struct {
	Range iprange.Range
	What  string // "which the ledger gives to …"
}

// spans are owned ranges without overlaps, in order.
type spans []Owned

// spansOf joins overlapping ranges; the first and widest names them.
func spansOf(owned []Owned) spans {
	owned = slices.Clone(owned)
	slices.SortStableFunc(owned, func(a, b Owned) int { return a.Range.Compare(b.Range) })
	var list spans
	for _, o := range owned {
		if n := len(list); n > 0 && list[n-1].Range.Overlaps(o.Range) {
			if last := &list[n-1].Range.Last; last.Less(o.Range.Last) {
				*last = o.Range.Last
			}
			continue
		}
		list = append(list, o)
	}
	return list
}

// find is the span that shares an address with r.
func (s spans) find(r iprange.Range) (Owned, bool) {
	i, _ := slices.BinarySearchFunc(s, r, func(o Owned, r iprange.Range) int {
		if o.Range.Last.Less(r.First) {
			return -1
		}
		return 1
	})
	if i < len(s) && s[i].Range.Overlaps(r) {
		return s[i], true
	}
	return Owned{}, false
}

// day is how a time is told in a reason.
func day(t time.Time) string { return t.Format(time.DateTime) }
