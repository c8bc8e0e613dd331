package resolve

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/miekg/dns"

	"minewatch/analyze/feed"
)

// Bounds of what one answer may say.
const (
	maxAliases   = 16
	maxAddresses = 256
)

// emptyTTL is how long it is believed that there is no such name or address
// where the answer does not say, in seconds. What it says counts up to three
// hours (RFC 2308 section 5).
const (
	emptyTTL    = 300
	maxEmptyTTL = 3 * 3600
)

// found is what an answer to a question says.
type found struct {
	status    feed.AnswerStatus
	addresses []netip.Addr
	canonical string // where the aliases lead; empty = nowhere else
	ttl       int
}

var (
	errNotOurs   = errors.New("an answer to something else")
	errTruncated = errors.New("the answer is truncated")
	errNoEDNS    = errors.New("the resolver does not know EDNS")
)

var recordType = map[string]uint16{feed.TypeA: dns.TypeA, feed.TypeAAAA: dns.TypeAAAA}

// message is the question on the wire.
func (q *Question) message(id uint16, edns bool) ([]byte, error) {
	m := new(dns.Msg)
	m.SetQuestion(q.Wire+".", recordType[q.Type])
	m.Id = id
	if edns {
		m.SetEdns0(udpSize, false)
	}
	return m.Pack()
}

// read reads what may be the answer to the question with that ID.
func (q *Question) read(data []byte, id uint16) (found, error) {
	if len(data) < 12 || uint16(data[0])<<8|uint16(data[1]) != id {
		return found{}, errNotOurs
	}
	m := new(dns.Msg)
	if err := m.Unpack(data); err != nil {
		// What is cut off in the middle of a record is truncated all the same.
		if m.Response && m.Truncated && q.isIn(m) {
			return found{}, errTruncated
		}
		return found{}, errNotOurs
	}
	switch {
	case !m.Response || m.Opcode != dns.OpcodeQuery:
		return found{}, errNotOurs
	case m.Rcode == dns.RcodeFormatError && len(m.Question) == 0:
		return found{}, errNoEDNS
	case !q.isIn(m):
		return found{}, errNotOurs
	case m.Truncated:
		return found{}, errTruncated
	}
	switch m.Rcode {
	case dns.RcodeSuccess:
		return q.found(m)
	case dns.RcodeNameError:
		return found{status: feed.NoSuchName, ttl: negativeTTL(m)}, nil
	case dns.RcodeFormatError:
		return found{}, errNoEDNS
	}
	return found{}, failing(m.Rcode)
}

// failing is what a resolver says that could not, or would not, find out. It is
// there, but that is no answer.
type failing int

func (f failing) Error() string {
	if name, ok := dns.RcodeToString[int(f)]; ok {
		return "the resolver says " + name
	}
	return fmt.Sprintf("the resolver says error %d", int(f))
}

// isIn says whether m repeats the question.
func (q *Question) isIn(m *dns.Msg) bool {
	return len(m.Question) == 1 && m.Question[0].Qtype == recordType[q.Type] && m.Question[0].Qclass == dns.ClassINET &&
		strings.EqualFold(m.Question[0].Name, q.Wire+".")
}

// found follows the aliases in the answer, and takes the addresses at their
// end: what else stands there was not asked for.
func (q *Question) found(m *dns.Msg) (found, error) {
	f := found{status: feed.NoAddress, ttl: feed.MaxTTL}
	owner := strings.ToLower(q.Wire + ".")
	for range maxAliases {
		target, ttl := aliasOf(m.Answer, owner)
		if target == "" || target == owner {
			break
		}
		owner, f.ttl = target, min(f.ttl, ttl)
		f.canonical = strings.TrimSuffix(owner, ".")
	}
	seen := map[netip.Addr]bool{}
	for _, rr := range m.Answer {
		a, ok := addressIn(rr)
		if !ok || rr.Header().Rrtype != recordType[q.Type] || !strings.EqualFold(rr.Header().Name, owner) || seen[a] {
			continue
		}
		seen[a] = true
		f.status, f.ttl = feed.Resolved, min(f.ttl, clampTTL(rr.Header().Ttl))
		f.addresses = append(f.addresses, a)
	}
	if len(f.addresses) > maxAddresses {
		return found{}, fmt.Errorf("the answer has %d addresses: no pool has more than %d", len(f.addresses), maxAddresses)
	}
	if f.canonical != "" {
		if _, err := feed.WireName(f.canonical); err != nil {
			f.canonical = "" // told only, and nothing that can be told
		}
	}
	if f.status == feed.NoAddress {
		f.ttl = min(f.ttl, negativeTTL(m))
	}
	return f, nil
}

func aliasOf(answer []dns.RR, owner string) (target string, ttl int) {
	for _, rr := range answer {
		if c, ok := rr.(*dns.CNAME); ok && strings.EqualFold(c.Hdr.Name, owner) {
			return strings.ToLower(c.Target), clampTTL(c.Hdr.Ttl)
		}
	}
	return "", 0
}

func addressIn(rr dns.RR) (netip.Addr, bool) {
	var a netip.Addr
	var ok bool
	switch rr := rr.(type) {
	case *dns.A:
		a, ok = netip.AddrFromSlice(rr.A)
	case *dns.AAAA:
		a, ok = netip.AddrFromSlice(rr.AAAA)
	}
	return a.Unmap(), ok
}

// negativeTTL is how long an answer holds that there is nothing (RFC 2308
// section 5).
func negativeTTL(m *dns.Msg) int {
	for _, rr := range m.Ns {
		if soa, ok := rr.(*dns.SOA); ok {
			return min(clampTTL(soa.Hdr.Ttl), clampTTL(soa.Minttl), maxEmptyTTL)
		}
	}
	return emptyTTL
}

// clampTTL bounds a time to live; one with the highest bit set is none (RFC
// 2181 section 8).
func clampTTL(seconds uint32) int {
	if seconds > 1<<31-1 {
		return 0
	}
	return min(int(seconds), feed.MaxTTL)
}
