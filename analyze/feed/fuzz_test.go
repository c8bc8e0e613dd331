package feed_test

import (
	"encoding/json"
	"strings"
	"testing"

	"minewatch/analyze/feed"
)

func FuzzList(f *testing.F) {
	fuzzFormat(f, feed.Lines, "198.51.100.7:3333 # x\n[2001:db8::7]:3333\npool.example,1,xmr\n198.51.100.0/24\nstratum+tcp://198.51.100.7:1\n// x\n",
		"::/128\n1.2.3.4-9\n")
}

func FuzzTable(f *testing.F) {
	fuzzFormat(f, feed.Table, "ip,port,scheme,first_seen,confidence\n198.51.100.7,3333,stratum+tcp,2026-11-01,high\n", "domain;port\n198.51.100.7;1\n", "\xef\xbb\xbfip\n\"")
}

func FuzzHosts(f *testing.F) {
	fuzzFormat(f, feed.Hosts, "127.0.0.1 localhost\n0.0.0.0 a.example b.example # x\nfe80::1%lo0 localhost\n")
}

func FuzzMISP(f *testing.F) {
	fuzzFormat(f, feed.MISP, example["misp"], `[{"Event":{"Attribute":[{"type":"ip-dst|port","value":"198.51.100.7|1","deleted":true,"timestamp":1763700000}]}}]`)
}

func FuzzWarninglist(f *testing.F) { fuzzFormat(f, feed.Warninglist, example["warninglist"]) }

func FuzzSTIX(f *testing.F) {
	fuzzFormat(f, feed.STIX, example["stix"], stixBundle(`[network-traffic:dst_ref.value IN ('198.51.100.7','a.example') AND (network-traffic:dst_port = 1 OR x:y LIKE t'2')] OR ([ipv4-addr:value ISSUBSET '198.51.100.0/24'])`))
}

func FuzzSuricata(f *testing.F) {
	fuzzFormat(f, feed.Suricata, example["suricata"], "alert tcp any any <> [[198.51.100.1,!198.51.100.2],$X] [1:3,5] (sid:1;)\\\n\nalert")
}

func FuzzPassiveDNS(f *testing.F) {
	fuzzFormat(f, feed.PassiveDNS, pdnsHeader+"p.example.,A,198.51.100.7,2026-10-01,2026-10-02,1\np.example,CNAME,q.example,2026-10-01,,\nq.example,AAAA,2001:db8::7,1759276800,,\n",
		`{"rrname":"p.example","rrtype":"A","rdata":["198.51.100.7",{}],"time_first":1759276800,"ttl":-1}`+"\n[", "name,type,answer,status,first_seen,ttl\np.example,A,,nxdomain,2026-10-01,9\n")
}

func FuzzAuto(f *testing.F) {
	seeds := []string{}
	for _, text := range example {
		seeds = append(seeds, text)
	}
	fuzzFormat(f, feed.Auto, append(seeds, "\x1f\x8b", "\x28\xb5\x2f\xfd", "[{", "{\"list\":[")...)
}

// FuzzJSONParts holds the parts of a JSON text against the standard library's,
// and breaks on no other text.
func FuzzJSONParts(f *testing.F) {
	for _, s := range []string{`{"a": [1, "]}\\\""], "b" : {} , "c":-1e5}`, "[ null,true ,[[]],{\"x\":1}\n]", `[1`, `{"a"`, `[}`, `"`, `{"a":1,"a":2}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		items, at := feed.JSONItems(text)
		members := feed.JSONMembers(text)
		for i, item := range items {
			if !strings.HasPrefix(string(text[at[i]:]), item) {
				t.Fatalf("element %q is not at %d", item, at[i])
			}
		}
		var list []json.RawMessage
		if len(text) > 0 && text[0] == '[' && json.Unmarshal(text, &list) == nil {
			if len(list) != len(items) {
				t.Fatalf("%d elements, want %d", len(items), len(list))
			}
			for i := range list {
				if items[i] != string(list[i]) {
					t.Fatalf("element %d is %q, want %q", i, items[i], list[i])
				}
			}
		}
		var object map[string]json.RawMessage
		if len(text) > 0 && text[0] == '{' && json.Unmarshal(text, &object) == nil {
			if len(object) != len(members) {
				t.Fatalf("%d members, want %d", len(members), len(object))
			}
			for key, value := range object {
				if members[key] != string(value) {
					t.Fatalf("member %q is %q, want %q", key, members[key], value)
				}
			}
		}
	})
}

// fuzzFormat holds every format to the same: each row is accounted for, and
// what is let in can be stored, matched and shown.
func fuzzFormat(f *testing.F, format feed.Format, seeds ...string) {
	f.Helper()
	for _, s := range seeds {
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, negative bool) {
		o := options()
		o.Format, o.Limits.MaxBad = format, 1
		if negative {
			o.Negative = "cdn"
		}
		for _, domain := range []string{"p.example", "q.example"} {
			e := feed.Entry{Domain: domain, Port: 1, Proto: feed.TCP, Source: "s", FeedVersion: "n@1", ValidUntil: noon}
			o.Names = append(o.Names, feed.Name{Entry: e, Until: noon})
		}
		list, tally, err := feed.Parse(feed.Input{File: "f", Data: data}, o)
		if err != nil {
			return
		}
		if got := accounted(&tally); got != tally.Read {
			t.Fatalf("read %d rows, accounted for %d", tally.Read, got)
		}
		seen := map[string]bool{}
		for i := range list.Entries {
			e := &list.Entries[i]
			checkEntry(t, e, seen)
			if negative {
				continue
			}
			if a := e.Range.First; !a.IsValid() || a.IsPrivate() || a.IsLoopback() || a.IsMulticast() || a.IsUnspecified() {
				t.Fatalf("%s was let in", e.Range)
			}
		}
		for i := range list.Names {
			checkEntry(t, &list.Names[i], seen)
			if e := &list.Names[i]; e.Range.First.IsValid() || !strings.Contains(e.Domain, ".") {
				t.Fatalf("name %+v", e)
			}
		}
	})
}

func checkEntry(t *testing.T, e *feed.Entry, seen map[string]bool) {
	t.Helper()
	if seen[e.ID] {
		t.Fatalf("ID %s twice", e.ID)
	}
	seen[e.ID] = true
	if e.Port < 0 || e.Port > 65535 || e.Confidence < 0 || e.Confidence > 100 || e.Line < 1 {
		t.Fatalf("entry %+v", e)
	}
	if !e.ValidUntil.IsZero() && (e.ValidUntil.Before(e.ValidFrom) || e.ValidUntil.Before(e.FirstSeen)) {
		t.Fatalf("entry ends before it begins: %+v", e)
	}
	for _, c := range feed.Columns {
		if strings.ContainsAny(c.Text(e), "\n\r\x00\x1b") {
			t.Fatalf("%s = %q", c.Name, c.Text(e))
		}
	}
}
