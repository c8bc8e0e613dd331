package source

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Listen is an address to receive flow exports on. The scheme is a label for
// people, and gives the port where none is said: what a datagram is, its
// version word tells, on every port.
type Listen struct {
	Scheme string
	Host   string // IP address, empty for every address of this machine
	Port   uint16 // 0: the system chooses
}

// defaultPorts are the schemes with the ports that exporters send to unless
// told otherwise: IANA's for IPFIX and sFlow, custom for NetFlow.
var defaultPorts = map[string]string{"netflow": "2055", "ipfix": "4739", "sflow": "6343", "udp": ""}

const listenForm = "write netflow://:2055, sflow://:6343, ipfix://:4739 or udp://ADDRESS:PORT"

// ParseListen reads an address such as netflow://:2055 or udp://127.0.0.1:0.
func ParseListen(s string) (Listen, error) {
	scheme, rest, found := strings.Cut(s, "://")
	if !found {
		return Listen{}, fmt.Errorf("listen address %q has no scheme: %s", s, listenForm)
	}
	port, known := defaultPorts[scheme]
	if !known {
		return Listen{}, fmt.Errorf("listen address %q has the unknown scheme %q: %s", s, scheme, listenForm)
	}
	host, given, err := splitHostPort(rest)
	if err != nil {
		return Listen{}, fmt.Errorf("listen address %q: %w: %s", s, err, listenForm)
	}
	if given != "" {
		port = given
	}
	if port == "" {
		return Listen{}, fmt.Errorf("listen address %q has no port: %s", s, listenForm)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return Listen{}, fmt.Errorf("listen address %q: port %q is not a number from 0 to 65535", s, port)
	}
	if host != "" {
		if _, err := netip.ParseAddr(host); err != nil {
			return Listen{}, fmt.Errorf("listen address %q: %q is not an IP address of this machine; leave it empty for all of them", s, host)
		}
	}
	return Listen{Scheme: scheme, Host: host, Port: uint16(n)}, nil
}

// splitHostPort is net.SplitHostPort for an address that may have no port.
func splitHostPort(s string) (host, port string, err error) {
	if inner, ok := strings.CutPrefix(s, "["); ok && strings.HasSuffix(inner, "]") {
		return strings.TrimSuffix(inner, "]"), "", nil
	}
	if !strings.Contains(s, ":") {
		return s, "", nil
	}
	host, port, err = net.SplitHostPort(s)
	if err != nil {
		return "", "", fmt.Errorf("not HOST:PORT, an IPv6 address stands in [ ]")
	}
	return host, port, nil
}

// Address is the host and port as package net wants them.
func (l Listen) Address() string { return net.JoinHostPort(l.Host, strconv.Itoa(int(l.Port))) }

// String is what ParseListen reads.
func (l Listen) String() string { return l.Scheme + "://" + l.Address() }
