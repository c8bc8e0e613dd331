package feed

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"minewatch/analyze/iprange"
)

// nameError is the reason for a row that has a name in the place of an
// address. It is counted apart: such a row is no mistake.
type nameError struct{ reason string }

func (e *nameError) Error() string { return e.reason }

var (
	errDomain = &nameError{"a domain name: resolve it first"}
	errURL    = &nameError{"a URL: give the address and the port behind it"}
)

// endpoint is what a row says where its address stands.
type endpoint struct {
	addr   iprange.Range
	port   int    // 0 = not said
	scheme string // of a URL
}

// parseEndpoint reads an address, a prefix, address:port, [address]:port or
// the URL of a pool with an address in it (stratum+tcp://192.0.2.1:3333).
// It returns a *nameError for names.
func parseEndpoint(s string) (endpoint, error) {
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		if !strings.HasPrefix(strings.ToLower(scheme), string(Stratum)) {
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
	addr, err := iprange.ParseAddr(host)
	if err == nil {
		n := 0
		if hasPort {
			n, err = parsePort(port)
		}
		return endpoint{addr: iprange.Of(addr), port: n}, err
	}
	return endpoint{}, refuseName(s, host)
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

// refuseName says why s is no address: a name, a URL without its scheme, a
// prefix with a fault, or nothing that we know.
func refuseName(s, host string) error {
	before, path, hasPath := strings.Cut(host, "/")
	if !hasPath {
		// The part behind the port, as in pool.example:3333/path.
		_, path, hasPath = strings.Cut(s, "/")
	}
	switch {
	case hasPath && isName(before):
		return errURL
	case hasPath && isDigits(path):
		_, err := iprange.Parse(s)
		return err
	case hasPath:
		return fmt.Errorf("%q is not an address", s)
	case isName(host):
		return errDomain
	case host == "":
		return errors.New("the address is missing")
	}
	return fmt.Errorf("%q is not an address", s)
}

func isDigits(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// isName says whether s is a domain name of two labels or more, also with a
// leading "*." or "." as lists of names have it.
func isName(s string) bool {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "*"), ".")
	labels := strings.Split(strings.TrimSuffix(s, "."), ".")
	if len(labels) < 2 || len(s) > 253 {
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
