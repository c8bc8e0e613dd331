package resolve_test

import (
	"testing"

	"github.com/miekg/dns"

	"minewatch/analyze/feed"
	"minewatch/analyze/resolve"
)

func packed(tb testing.TB, question string, records ...string) []byte {
	tb.Helper()
	m := new(dns.Msg)
	m.SetQuestion(question, dns.TypeA)
	m.Response, m.Id = true, 7
	for _, s := range records {
		rr, err := dns.NewRR(s)
		if err != nil {
			tb.Fatal(err)
		}
		m.Answer = append(m.Answer, rr)
	}
	data, err := m.Pack()
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// What stands in an answer beside what was asked for is not believed.
func TestUnaskedRecords(t *testing.T) {
	data := packed(t, "p.example.", "bank.example. 60 IN A 203.0.113.1", "p.example. 60 IN CNAME a.example.", "p.example. 60 IN A 203.0.113.2",
		"A.example. 60 IN A 198.51.100.7", "a.example. 60 IN A 198.51.100.7", "b.example. 60 IN CNAME c.example.", "a.example. 60 IN AAAA 2001:db8::7")
	status, addresses, _, canonical, err := resolve.Read("p.example", feed.TypeA, data, 7)
	if err != nil || status != feed.Resolved || len(addresses) != 1 || addresses[0].String() != "198.51.100.7" || canonical != "a.example" {
		t.Errorf("%s %v %s %v, want 198.51.100.7 of a.example alone", status, addresses, canonical, err)
	}
}

func FuzzMessage(f *testing.F) {
	f.Add(packed(f, "p.example.", "p.example. 60 IN A 198.51.100.7"))
	f.Add(packed(f, "P.example.", "p.example. 60 IN CNAME a.example.", "a.example. 60 IN A 198.51.100.7"))
	f.Add(packed(f, "q.example.", "p.example. 60 IN A 198.51.100.7"))
	f.Add(packed(f, "p.example.", "p.example. 60 IN CNAME \\000\\046x.example."))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, kind := range []string{feed.TypeA, feed.TypeAAAA} {
			status, addresses, ttl, canonical, err := resolve.Read("p.example", kind, data, 7)
			if err != nil {
				if status != "" || len(addresses) > 0 {
					t.Fatalf("%v, and yet %s %v", err, status, addresses)
				}
				continue
			}
			if data[0] != 0 || data[1] != 7 {
				t.Fatal("the answer has another ID")
			}
			if ttl < 0 || ttl > feed.MaxTTL || len(addresses) > 256 {
				t.Fatalf("ttl %d, %d addresses", ttl, len(addresses))
			}
			if (status == feed.Resolved) != (len(addresses) > 0) {
				t.Fatalf("%s with %v", status, addresses)
			}
			for _, a := range addresses {
				if !a.IsValid() || a.Is4In6() || (kind == feed.TypeA && !a.Is4()) {
					t.Fatalf("address %v of type %s", a, kind)
				}
			}
			if _, err := feed.WireName(canonical); canonical != "" && err != nil {
				t.Fatalf("canonical name %q: %v", canonical, err)
			}
		}
	})
}
