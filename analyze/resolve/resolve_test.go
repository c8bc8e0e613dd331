package resolve_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze/feed"
	"minewatch/analyze/resolve"
	"minewatch/analyze/resolve/dnstest"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func server(t *testing.T, host, zone string) *dnstest.Server {
	t.Helper()
	s, err := dnstest.Start(host, zone)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func options() resolve.Options {
	return resolve.Options{Timeout: 300 * time.Millisecond, Attempts: 2, Now: func() time.Time { return noon }}
}

// named are names as feeds have them, that count for a year.
func named(domains ...string) []feed.Name {
	var list []feed.Name
	for i, d := range domains {
		e := feed.Entry{Domain: d, Port: 3333, Proto: feed.TCP, Source: "s", Feed: "f", FeedVersion: "f@1", Line: i + 1, Evidence: feed.List, Confidence: 80}
		list = append(list, feed.Name{Entry: e, Until: noon.AddDate(1, 0, 0)})
	}
	return list
}

func questions(domain string, servers ...*dnstest.Server) []resolve.Question {
	var at []netip.AddrPort
	for _, s := range servers {
		at = append(at, s.Addr)
	}
	return resolve.Due(named(strings.Fields(domain)...), at, nil, noon, false).Questions
}

// said is an outcome, a line an answer or failure, with the resolvers as A, B and so on.
func said(o *resolve.Outcome, servers ...*dnstest.Server) []string {
	var lines []string
	letter := func(s string) string {
		for i := range servers {
			s = strings.ReplaceAll(s, servers[i].Addr.String(), string(rune('A'+i)))
		}
		return s
	}
	for i := range o.Answers {
		a := &o.Answers[i]
		lines = append(lines, letter(strings.TrimSpace(fmt.Sprint(a.Resolver, " ", a.Name, " ", a.Type, " ", a.Status, " ", a.Address, " ", a.TTL, " ", a.Canonical))))
	}
	for _, f := range o.Failures {
		lines = append(lines, letter(fmt.Sprint(f.ResolverName(), " ", f.Name, " ", f.Type, " failed: ", f.Err)))
	}
	slices.Sort(lines)
	return lines
}

func TestAsk(t *testing.T) {
	for _, test := range []struct {
		name, zone string
		want       []string
		asked      int
	}{
		{
			"addresses", "p.example. 60 IN A 198.51.100.7\np.example. 90 IN A 198.51.100.8\np.example. 60 IN AAAA 2001:db8::7",
			[]string{"A p.example A address 198.51.100.7 60", "A p.example A address 198.51.100.8 60", "A p.example AAAA address 2001:db8::7 60"},
			2,
		},
		{"no such name", "q.example. 60 IN A 198.51.100.7", []string{"A p.example A nxdomain  600", "A p.example AAAA nxdomain  600"}, 2},
		{"no address", "p.example. 60 IN MX 1 m.example.", []string{"A p.example A empty  600", "A p.example AAAA empty  600"}, 2},
		{
			"aliases", "P.example. 30 IN CNAME a.cdn.example.\na.cdn.example. 90 IN CNAME b.cdn.example.\nb.cdn.example. 60 IN A 198.51.100.7",
			[]string{"A p.example A address 198.51.100.7 30 b.cdn.example", "A p.example AAAA empty  30 b.cdn.example"},
			2,
		},
		{
			"a loop of aliases", "p.example. 30 IN CNAME q.example.\nq.example. 30 IN CNAME p.example.",
			[]string{"A p.example A empty  30 p.example", "A p.example AAAA empty  30 p.example"},
			2,
		},
		{
			"truncated", "p.example truncated\np.example. 60 IN A 198.51.100.7\np.example. 60 IN AAAA 2001:db8::7",
			[]string{"A p.example A address 198.51.100.7 60", "A p.example AAAA address 2001:db8::7 60"},
			4,
		},
		{
			"forged", "p.example forged\np.example. 60 IN A 198.51.100.7\np.example. 60 IN AAAA 2001:db8::7",
			[]string{"A p.example A address 198.51.100.7 60", "A p.example AAAA address 2001:db8::7 60"},
			2,
		},
		{"failing", "p.example servfail", []string{"A p.example A failed: the resolver says SERVFAIL", "A p.example AAAA failed: the resolver says SERVFAIL"}, 4},
		{"silent", "p.example silent", []string{"A p.example A failed: no answer in time", "A p.example AAAA failed: no answer in time"}, 4},
		{
			"lost once", "p.example flaky\np.example. 60 IN A 198.51.100.7\np.example. 60 IN AAAA 2001:db8::7",
			[]string{"A p.example A address 198.51.100.7 60", "A p.example AAAA address 2001:db8::7 60"},
			3,
		},
		{
			"without EDNS", "p.example oldstyle\np.example. 60 IN A 198.51.100.7",
			[]string{"A p.example A address 198.51.100.7 60", "A p.example AAAA empty  600"},
			4,
		},
		{
			"longer than a week", "p.example. 2147483647 IN A 198.51.100.7\np.example. 4294967295 IN AAAA 2001:db8::7",
			[]string{"A p.example A address 198.51.100.7 604800", "A p.example AAAA address 2001:db8::7 0"},
			2,
		},
		{"more than any pool", many(257), []string{"A p.example A failed: the answer has 257 addresses: no pool has more than 256", "A p.example AAAA empty  600"}, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := server(t, "127.0.0.1", test.zone)
			o, err := resolve.Ask(t.Context(), questions("p.example", s), options())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, said(&o, s)); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
			if asked := s.Asked(); len(asked) != test.asked {
				t.Errorf("asked %d times, want %d: %v", len(asked), test.asked, asked)
			}
		})
	}
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "p.example. 60 IN A 198.18.%d.%d\n", i/256, i%256)
	}
	return b.String()
}

// Resolvers that disagree are both kept; IPv6 is spoken to as well.
func TestResolversDisagree(t *testing.T) {
	a := server(t, "127.0.0.1", "p.example. 60 IN A 198.51.100.7")
	b := server(t, "::1", "p.example. 60 IN A 198.51.100.8")
	o, err := resolve.Ask(t.Context(), questions("p.example", a, b), options())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"A p.example A address 198.51.100.7 60", "A p.example AAAA empty  600",
		"B p.example A address 198.51.100.8 60", "B p.example AAAA empty  600",
	}
	if diff := cmp.Diff(want, said(&o, a, b)); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

// Nobody is spoken to but the resolvers: what they answer is never connected to.
func TestOnlyResolversAreSpokenTo(t *testing.T) {
	pool, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	port := pool.Addr().(*net.TCPAddr).Port
	packets, err := net.ListenPacket("udp", fmt.Sprintf("127.0.0.2:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	defer packets.Close()
	var met sync.Map
	go func() {
		if c, err := pool.Accept(); err == nil {
			met.Store("tcp", c.RemoteAddr().String())
		}
	}()
	go func() {
		if _, from, err := packets.ReadFrom(make([]byte, 100)); err == nil {
			met.Store("udp", from.String())
		}
	}()
	s := server(t, "127.0.0.1", "p.example truncated\np.example. 60 IN A 127.0.0.2\nq.example. 60 IN CNAME p.example.")
	names := named("p.example", "q.example")
	for i := range names {
		names[i].Port = port
	}
	var mu sync.Mutex
	dialled := map[string]bool{}
	o := options()
	o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		mu.Lock()
		dialled[address] = true
		mu.Unlock()
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	out, err := resolve.Ask(t.Context(), resolve.Due(names, []netip.AddrPort{s.Addr}, nil, noon, false).Questions, o)
	if err != nil || out.Answered != 4 {
		t.Fatalf("answered %d, %v", out.Answered, err)
	}
	if len(dialled) != 1 || !dialled[s.Addr.String()] {
		t.Errorf("dialled %v, want %s alone", dialled, s.Addr)
	}
	time.Sleep(20 * time.Millisecond)
	met.Range(func(network, from any) bool {
		t.Errorf("the pool was met over %v from %v", network, from)
		return true
	})
}

func TestRate(t *testing.T) {
	s := server(t, "127.0.0.1", "a.example. 60 IN A 198.51.100.7")
	o := options()
	o.PerSecond = 100
	begin := time.Now()
	if _, err := resolve.Ask(t.Context(), questions("a.example b.example c.example d.example e.example f.example", s), o); err != nil {
		t.Fatal(err)
	}
	// Twelve messages have eleven gaps.
	if took := time.Since(begin); took < 110*time.Millisecond {
		t.Errorf("12 questions at 100 a second took %s", took)
	}
}

// A resolver that is silent is left alone after a while, and the others are
// asked nevertheless.
func TestGiveUp(t *testing.T) {
	var names []string
	for i := range 60 {
		names = append(names, fmt.Sprintf("n%02d.example", i))
	}
	zone := strings.Join(names, " silent\n") + " silent"
	a, b := server(t, "127.0.0.1", zone), server(t, "127.0.0.1", "n00.example. 60 IN A 198.51.100.7")
	o := options()
	o.Timeout, o.Attempts = 50*time.Millisecond, 1
	out, err := resolve.Ask(t.Context(), questions(strings.Join(names, " "), a, b), o)
	if err != nil {
		t.Fatal(err)
	}
	if skipped := out.Skipped[a.Addr.String()]; skipped == 0 || skipped+len(out.Failures) != 120 || out.Answered != 120 {
		t.Errorf("answered %d, failed %d, skipped %v", out.Answered, len(out.Failures), out.Skipped)
	}
}

// One that fails for many names is there, and goes on being asked.
func TestFailingIsNotSilent(t *testing.T) {
	var names []string
	for i := range 60 {
		names = append(names, fmt.Sprintf("n%02d.example", i))
	}
	s := server(t, "127.0.0.1", strings.Join(names, " servfail\n")+" servfail")
	out, err := resolve.Ask(t.Context(), questions(strings.Join(names, " "), s), options())
	if err != nil || !out.Reached || len(out.Failures) != 120 || len(out.Skipped) != 0 {
		t.Errorf("reached %v, failed %d, skipped %v, %v", out.Reached, len(out.Failures), out.Skipped, err)
	}
}

func TestInterrupted(t *testing.T) {
	s := server(t, "127.0.0.1", "a.example. 60 IN A 198.51.100.7\nb.example silent")
	ctx, cancel := context.WithCancel(t.Context())
	o := options()
	o.Timeout = 20 * time.Second
	o.Progress = func(done int) {
		if done == 2 {
			cancel()
		}
	}
	out, err := resolve.Ask(ctx, questions("a.example b.example", s), o)
	if err == nil || out.Answered != 2 || len(out.Failures) != 0 {
		t.Errorf("answered %d, failed %v, %v", out.Answered, out.Failures, err)
	}
}
