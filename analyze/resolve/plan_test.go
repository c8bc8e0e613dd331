package resolve_test

import (
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze/feed"
	"minewatch/analyze/resolve"
)

// No question is repeated before the shortest time to live of its answer has
// passed, and each is by its own resolver and type.
func TestTimeToLive(t *testing.T) {
	s := server(t, "127.0.0.1", "p.example. 3600 IN A 198.51.100.7\np.example. 600 IN A 198.51.100.8\nq.example servfail")
	at := []netip.AddrPort{s.Addr}
	clock := noon
	o := options()
	o.Now = func() time.Time { return clock }
	var kept []feed.Answer
	for _, step := range []struct {
		after time.Duration
		force bool
		due   string
	}{
		{0, false, "p.example A p.example AAAA q.example A q.example AAAA"},
		{0, false, "q.example A q.example AAAA"}, // a failure is no answer
		{599 * time.Second, false, "q.example A q.example AAAA"},
		{600 * time.Second, false, "p.example A p.example AAAA q.example A q.example AAAA"}, // that there is no AAAA holds for 600 s as well
		{1199 * time.Second, true, "p.example A p.example AAAA q.example A q.example AAAA"},
		{1300 * time.Second, false, "q.example A q.example AAAA"},
	} {
		clock = noon.Add(step.after)
		plan := resolve.Due(named("p.example", "q.example"), at, kept, clock, step.force)
		var due []string
		for _, q := range plan.Questions {
			due = append(due, q.Name+" "+q.Type)
		}
		if got := strings.Join(due, " "); got != step.due {
			t.Errorf("after %s due are %s, want %s", step.after, got, step.due)
		}
		if len(plan.Questions)+plan.Waiting != 4 {
			t.Errorf("after %s: %d due and %d waiting of 4", step.after, len(plan.Questions), plan.Waiting)
		}
		out, err := resolve.Ask(t.Context(), plan.Questions, o)
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, out.Answers...)
	}
	if other := resolve.Due(named("p.example"), []netip.AddrPort{netip.MustParseAddrPort("192.0.2.53:53")}, kept, noon, false); len(other.Questions) != 2 {
		t.Errorf("another resolver is asked %d questions, want 2", len(other.Questions))
	}
}

func TestNamesOnTheWire(t *testing.T) {
	long := strings.Repeat("a", 64)
	names := named("bücher.example", "Bücher.example", "_tcp.pool.example", long+".example", strings.Repeat("a.", 126)+"example", "xn--bcher-kva.example", "\u2063\u2063.example")
	plan := resolve.Due(names, []netip.AddrPort{netip.MustParseAddrPort("192.0.2.53:53")}, nil, noon, false)
	var wire []string
	for _, q := range plan.Questions {
		if q.Type == feed.TypeA {
			wire = append(wire, q.Wire)
		}
	}
	want := []string{"xn--bcher-kva.example", "xn--bcher-kva.example", "_tcp.pool.example", "xn--bcher-kva.example"}
	if diff := cmp.Diff(want, wire); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if len(plan.Unaskable) != 3 {
		t.Fatalf("%d names were refused, want 3: %v", len(plan.Unaskable), plan.Unaskable)
	}
	for i, line := range []int{4, 5, 7} {
		if u := plan.Unaskable[i]; u.Line != line || u.Reason == nil {
			t.Errorf("refused line %d: %v, want line %d", u.Line, u.Reason, line)
		}
	}
}

func TestStanding(t *testing.T) {
	names := named("a.example", "b.example", "c.example", "d.example")
	names[1].Until = noon.Add(-time.Second)
	names[2].ValidFrom = noon.Add(time.Second)
	names[3].Until = noon
	for _, test := range []struct{ only, want, missing string }{
		{"", "a.example d.example", ""},
		{"A.example. b.example e.example", "a.example", "e.example"},
	} {
		standing, missing := resolve.Standing(names, noon, strings.Fields(test.only))
		var got []string
		for _, n := range standing {
			got = append(got, n.Domain)
		}
		if strings.Join(got, " ") != test.want || strings.Join(missing, " ") != test.missing {
			t.Errorf("%q: %v and missing %v, want %s and %s", test.only, got, missing, test.want, test.missing)
		}
	}
}

func TestParseResolver(t *testing.T) {
	for in, want := range map[string]string{
		"10.1.1.53": "10.1.1.53:53", "10.1.1.53:5353": "10.1.1.53:5353", "2001:db8::53": "[2001:db8::53]:53",
		"[2001:db8::53]": "[2001:db8::53]:53", "[2001:db8::53]:5353": "[2001:db8::53]:5353", "::ffff:10.1.1.53": "10.1.1.53:53",
		"": "", "resolver.example": "", "10.1.1": "", "10.1.1.53:": "", "10.1.1.53:0": "", "0.0.0.0": "", "224.0.0.1": "", "10.1.1.53:x": "", "udp://10.1.1.53": "",
	} {
		got, err := resolve.ParseResolver(in)
		if (err == nil) != (want != "") || (err == nil && got.String() != want) {
			t.Errorf("%q: %s, %v; want %q", in, got, err, want)
		}
	}
}

func TestPending(t *testing.T) {
	lake := t.TempDir()
	open := func() *resolve.Pending {
		p, err := resolve.OpenPending(lake)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	answers := []feed.Answer{{Name: "p.example", Type: feed.TypeA, Address: "198.51.100.7", Status: feed.Resolved, Resolver: "192.0.2.53", FirstSeen: noon, LastSeen: noon, TTL: 60}}
	p := open()
	if err := p.Save(answers); err != nil {
		t.Fatal(err)
	}
	p.Close()
	p = open()
	if diff := cmp.Diff(answers, p.Answers); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
	for range 2 {
		if err := p.Save(nil); err != nil {
			t.Fatal(err)
		}
	}
	p.Close()
	if err := os.WriteFile(resolve.PendingPath(lake), []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := resolve.OpenPending(lake); err == nil || !strings.Contains(err.Error(), "delete the file") {
		t.Errorf("damaged: %v", err)
	}
	// The lock was given back.
	if err := os.Remove(resolve.PendingPath(lake)); err != nil {
		t.Fatal(err)
	}
	open().Close()
}
