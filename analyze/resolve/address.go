package resolve

import (
	"fmt"
	"net/netip"
	"strings"
)

// dnsPort is where resolvers listen.
const dnsPort = 53

// ParseResolver reads an address, or address:port, with an IPv6 address in
// brackets.
func ParseResolver(s string) (netip.AddrPort, error) {
	if a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")); err == nil {
		return checkResolver(s, netip.AddrPortFrom(a, dnsPort))
	}
	if a, err := netip.ParseAddrPort(s); err == nil {
		return checkResolver(s, a)
	}
	return netip.AddrPort{}, fmt.Errorf("%q is no address of a resolver, such as 10.1.1.53, 10.1.1.53:53 or [2001:db8::53]:53", s)
}

func checkResolver(s string, a netip.AddrPort) (netip.AddrPort, error) {
	if a.Port() == 0 || a.Addr().IsUnspecified() || a.Addr().IsMulticast() {
		return a, fmt.Errorf("%q: no resolver can be there", s)
	}
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()), nil
}

// nameOf is how a resolver is named where it is told what it said.
func nameOf(a netip.AddrPort) string {
	if a.Port() == dnsPort {
		return a.Addr().String()
	}
	return a.String()
}
