// Package dnstest is a resolver on loopback whose answers a test has written.
package dnstest

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/miekg/dns"
)

// Behaviour is how a name is answered otherwise than by its records.
type Behaviour string

// The behaviours.
const (
	Silent    Behaviour = "silent"    // not at all
	Servfail  Behaviour = "servfail"  // that the resolver failed
	Truncated Behaviour = "truncated" // over UDP only that the answer does not fit
	Forged    Behaviour = "forged"    // after answers with another ID, another question, and rubbish
	OldStyle  Behaviour = "oldstyle"  // FORMERR to questions with EDNS
	Flaky     Behaviour = "flaky"     // not at all the first time
)

// Server answers over UDP and TCP at one address.
type Server struct {
	Addr netip.AddrPort

	mu        sync.Mutex
	records   map[string][]dns.RR
	behaviour map[string]Behaviour
	asked     []string
	servers   []*dns.Server
}

// Start starts a server on the loopback address. Its zone has a record a line,
// as in zone files, or "NAME BEHAVIOUR".
func Start(host, zone string) (*Server, error) {
	s := &Server{}
	if err := s.Load(zone); err != nil {
		return nil, err
	}
	packets, listener, err := listen(host)
	if err != nil {
		return nil, err
	}
	s.Addr = netip.MustParseAddrPort(packets.LocalAddr().String())
	for _, server := range []*dns.Server{{PacketConn: packets, Handler: s.handler("udp")}, {Listener: listener, Handler: s.handler("tcp")}} {
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		go func() { _ = server.ActivateAndServe() }()
		<-started
		s.servers = append(s.servers, server)
	}
	return s, nil
}

// listen finds a port that is free for UDP and TCP: the system gives one that is
// for the first, and another program may have it for the second.
func listen(host string) (packets net.PacketConn, listener net.Listener, err error) {
	for range 20 {
		if packets, err = net.ListenPacket("udp", net.JoinHostPort(host, "0")); err != nil {
			return nil, nil, err
		}
		if listener, err = net.Listen("tcp", packets.LocalAddr().String()); err == nil {
			return packets, listener, nil
		}
		_ = packets.Close()
	}
	return nil, nil, err
}

// Close stops the server.
func (s *Server) Close() {
	for _, server := range s.servers {
		_ = server.Shutdown()
	}
}

// Load replaces what the server knows.
func (s *Server) Load(zone string) error {
	records, behaviour := map[string][]dns.RR{}, map[string]Behaviour{}
	for line := range strings.Lines(zone) {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0:
		case len(fields) == 2:
			behaviour[dns.CanonicalName(fields[0])] = Behaviour(fields[1])
		default:
			rr, err := dns.NewRR(line)
			if err != nil {
				return fmt.Errorf("%q: %w", line, err)
			}
			name := dns.CanonicalName(rr.Header().Name)
			records[name] = append(records[name], rr)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records, s.behaviour = records, behaviour
	return nil
}

// Asked are the questions so far: "udp name. TYPE".
func (s *Server) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func (s *Server) handler(network string) dns.HandlerFunc {
	return func(w dns.ResponseWriter, m *dns.Msg) {
		if len(m.Question) != 1 {
			return
		}
		q := m.Question[0]
		name := dns.CanonicalName(q.Name)
		s.mu.Lock()
		s.asked = append(s.asked, network+" "+q.Name+" "+dns.TypeToString[q.Qtype])
		behaviour := s.behaviour[name]
		if behaviour == Flaky {
			delete(s.behaviour, name)
		}
		answer := s.answer(m)
		s.mu.Unlock()
		switch behaviour {
		case Silent, Flaky:
			return
		case Servfail:
			answer = new(dns.Msg)
			answer.SetRcode(m, dns.RcodeServerFailure)
		case Truncated:
			if network == "udp" {
				answer.Truncated, answer.Answer = true, nil
			}
		case Forged:
			for _, forged := range forgeries(m) {
				_, _ = w.Write(forged)
			}
		case OldStyle:
			if m.IsEdns0() != nil {
				answer = new(dns.Msg)
				answer.SetRcodeFormatError(m)
			}
		}
		_ = w.WriteMsg(answer)
	}
}

// answer follows aliases as a resolver does.
func (s *Server) answer(m *dns.Msg) *dns.Msg {
	a := new(dns.Msg)
	a.SetReply(m)
	a.RecursionAvailable = true
	name := dns.CanonicalName(m.Question[0].Name)
	for range 20 {
		records, known := s.records[name]
		if !known {
			a.Rcode = dns.RcodeNameError
			break
		}
		alias := ""
		for _, rr := range records {
			if rr.Header().Rrtype == m.Question[0].Qtype {
				a.Answer = append(a.Answer, rr)
			} else if c, ok := rr.(*dns.CNAME); ok {
				a.Answer, alias = append(a.Answer, rr), dns.CanonicalName(c.Target)
			}
		}
		if alias == "" {
			break
		}
		name = alias
	}
	if !slices.ContainsFunc(a.Answer, func(rr dns.RR) bool { return rr.Header().Rrtype == m.Question[0].Qtype }) {
		soa, _ := dns.NewRR(name + " 900 IN SOA ns.example. mail.example. 1 2 3 4 600")
		a.Ns = append(a.Ns, soa)
	}
	return a
}

// forgeries are datagrams that an attacker might send before the answer.
func forgeries(m *dns.Msg) [][]byte {
	evil := func(change func(*dns.Msg)) []byte {
		f := new(dns.Msg)
		f.SetReply(m)
		rr, _ := dns.NewRR(m.Question[0].Name + " 60 IN A 203.0.113.66")
		f.Answer = []dns.RR{rr}
		change(f)
		packed, _ := f.Pack()
		return packed
	}
	return [][]byte{
		evil(func(f *dns.Msg) { f.Id++ }),
		evil(func(f *dns.Msg) { f.Question[0].Name = "other.example." }),
		evil(func(f *dns.Msg) { f.Question[0].Qtype = dns.TypeMX }),
		evil(func(f *dns.Msg) { f.Question = nil }),
		evil(func(f *dns.Msg) { f.Response = false }),
		{1, 2, 3},
		append([]byte{byte(m.Id >> 8), byte(m.Id)}, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
	}
}
