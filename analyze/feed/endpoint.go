package feed

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"minewatch/analyze/iprange"
)

var errURL = errors.New("a URL of a page: give the address, or the name, and the port behind it")

// endpoint is what a row says where its address stands: an address or a name.
type endpoint struct {
	addr   iprange.Range // none where name is known
	name   string
	port   int    // 0 = not said
	scheme string // of a URL
}

// parseEndpoint reads an address, a prefix, address:port, [address]:port, a
// name, name:port, or the URL of a pool (stratum+tcp://pool.example:3333).
func parseEndpoint(s string) (endpoint, error) {
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		if !strings.HasPrefix(strings.ToLower(scheme), string(Stratum)) || strings.Contains(rest, "://") {
			return endpoint{}, errURL
		}
		e, err := parseEndpoint(strings.TrimSuffix(rest, "/"))
		e.scheme = scheme
		return e, err
	}
	if addr, err := iprange.Parse(s); err == nil {
		return endpoint{addr: addr}, nil
	}
	host, port, hasPort := splitPort(s)
	e := endpoint{}
	if addr, err := iprange.ParseAddr(host); err == nil {
		e.addr = iprange.Of(addr)
	} else if e.name, err = parseName(s, host); err != nil {
		return endpoint{}, err
	}
	if !hasPort {
		return e, nil
	}
	var err error
	e.port, err = parsePort(port)
	return e, err
}

// splitPort cuts the port off. An IPv6 address with a port stands in
// brackets (RFC 3986 section 3.2.2); without them it has none.
func splitPort(s string) (host, port string, ok bool) {
	if inner, bracketed := strings.CutPrefix(s, "["); bracketed {
		host, rest, closed := strings.Cut(inner, "]")
		port, ok = strings.CutPrefix(rest, ":")
		if !closed || (rest != "" && !ok) {
			return s, "", false
		}
		return host, port, ok
	}
	i := strings.LastIndexByte(s, ':')
	if i < 0 || strings.IndexByte(s, ':') != i {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// parseName reads the name that host is, or says why s is neither an address
// nor a name: a URL without its scheme, a prefix with a fault, a wildcard.
func parseName(s, host string) (string, error) {
	before, path, hasPath := strings.Cut(host, "/")
	if !hasPath {
		// The part behind the port, as in pool.example:3333/path.
		_, path, hasPath = strings.Cut(s, "/")
	}
	switch {
	case hasPath && isName(before):
		return "", errURL
	case hasPath && isDigits(path):
		_, err := iprange.Parse(s)
		return "", err
	case hasPath:
	case isName(host):
		return normalName(host), nil
	case isName(strings.TrimPrefix(strings.TrimPrefix(host, "*"), ".")):
		return "", fmt.Errorf("%q stands for any name below another: list the names of the endpoints", host)
	case host == "":
		return "", errors.New("the address is missing")
	}
	return "", fmt.Errorf("%q is not an address", s)
}

func isDigits(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// isName says whether s is a domain name of two labels or more.
func isName(s string) bool {
	if len(s) > 253 {
		return false
	}
	labels := strings.Split(strings.TrimSuffix(s, "."), ".")
	if len(labels) < 2 {
		return false
	}
	for _, label := range labels {
		if label == "" || strings.ContainsFunc(label, func(r rune) bool {
			return r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
		}) {
			return false
		}
	}
	// A top level without a letter is an address with a slip in it.
	return strings.ContainsFunc(labels[len(labels)-1], unicode.IsLetter)
}

// normalName is how a name is kept: names are the same in any case, with and
// without the dot of the root.
func normalName(s string) string { return strings.ToLower(strings.TrimSuffix(s, ".")) }
