package feed_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze/feed"
)

// example has a text of each format that is not a list of lines.
var example = map[string]string{
	"hosts": "# block\n127.0.0.1 localhost localhost.localdomain\n::1 ip6-localhost\n0.0.0.0 a.example b.example # x\n203.0.113.1 c.example\n0.0.0.0 d\n",
	"misp": `{"Event": {"info": "pools", "Attribute": [
  {"type": "ip-dst", "value": "198.51.100.1", "to_ids": true, "uuid": "u1", "timestamp": "1763700000"},
  {"type": "ip-dst|port", "value": "198.51.100.2|3333", "to_ids": true, "first_seen": "2026-11-01T00:00:00.000000+00:00", "last_seen": "2026-11-20T08:00:00.000000+00:00"},
  {"type": "domain|ip", "value": "Pool.example|198.51.100.3", "to_ids": true},
  {"type": "hostname|port", "value": "xmr.pool.example|443", "to_ids": true},
  {"type": "domain", "value": "pool.example", "to_ids": "1"},
  {"type": "ip-dst", "value": "198.51.100.4", "to_ids": false},
  {"type": "ip-dst", "value": "198.51.100.5", "to_ids": true, "deleted": true, "timestamp": "1763700000"},
  {"type": "ip-src", "value": "198.51.100.6", "to_ids": true},
  {"type": "md5", "value": "0123456789abcdef0123456789abcdef", "to_ids": true},
  {"type": "url", "value": "https://pool.example/a", "to_ids": true},
  {"type": "ip-dst", "value": {"a": 1}}
 ], "Object": [
  {"name": "domain-ip", "template_version": "11", "first_seen": null, "Attribute": [
   {"object_relation": "domain", "type": "domain", "value": "p.example", "to_ids": true},
   {"object_relation": "ip", "type": "ip-dst", "value": "198.51.100.7", "to_ids": true},
   {"object_relation": "ip", "type": "ip-dst", "value": "2001:db8::7", "to_ids": true},
   {"object_relation": "port", "type": "port", "value": "3333"},
   {"object_relation": "first-seen", "type": "datetime", "value": "2026-11-02T00:00:00Z"},
   {"object_relation": "last-seen", "type": "datetime", "value": "2026-11-19T00:00:00Z"}]},
  {"name": "ip-port", "Attribute": [
   {"object_relation": "ip", "type": "ip-dst", "value": "198.51.100.8", "to_ids": true},
   {"object_relation": "dst-port", "type": "port", "value": 14444},
   {"object_relation": "src-port", "type": "port", "value": "1"}]},
  {"name": "domain-ip", "Attribute": [
   {"object_relation": "hostname", "type": "hostname", "value": "q.example", "to_ids": true},
   {"object_relation": "port", "type": "port", "value": "3333"}]},
  {"name": "ip-port", "Attribute": [{"object_relation": "dst-port", "type": "port", "value": "1"}]},
  {"name": "file", "Attribute": [{"object_relation": "md5", "type": "md5", "value": "00"}, {"object_relation": "ip", "type": "ip-dst", "value": "198.51.100.9", "to_ids": true}]}
 ]}}`,
	"warninglist": "{\"name\": \"CDN\", \"type\": \"cidr\", \"version\": 1, \"list\": [\"198.51.100.0/24\",\n\"10.0.0.0/8\", \"192.0.2.1\",\n\"2001:db8::/29\", \"0.0.0.0/0\", \"pool.example\", 7]}",
	"stix": stixBundle(`[ipv4-addr:value = '198.51.100.1']`, `[network-traffic:dst_ref.value = '198.51.100.2' AND network-traffic:dst_port = 3333]`,
		`[domain-name:value = 'pool.example']`),
	"suricata": "# ET\n#alert tcp any any -> 198.51.100.99 1 (sid:9;)\n" +
		"alert tcp $HOME_NET any -> [198.51.100.1, 198.51.100.0/30,!198.51.100.9,$EVIL] [3333,4444:4445] (msg:\"pool, a\"; sid:2000001; rev:1;)\n" +
		"alert ip $HOME_NET any <> 198.51.100.3 any (msg:\"b\"; sid:2000002;)\n" +
		"alert udp any any \\\n -> 2001:db8::7 53 (sid:3;)\n" +
		"alert tcp $HOME_NET any -> $EXTERNAL_NET any (msg:\"payload\"; content:\"mining.subscribe\"; sid:4;)\n" +
		"alert tcp any any -> any any (sid:5;)\n" +
		"alert tcp 198.51.100.5 any -> $HOME_NET any (sid:6;)\n" +
		"alert tcp any any -> 198.51.100.6 1:60000 (sid:7;)\n" +
		"alert tcp any any -> 198.51.100.6 !80 (sid:8;)\n" +
		"pass tcp any any -> 198.51.100.6 80 (sid:10;)\nalert tcp broken (sid:11;)\n",
}

// stixBundle is a bundle with an indicator for each pattern.
func stixBundle(patterns ...string) string {
	var objects []string
	for _, p := range patterns {
		text, _ := json.Marshal(p)
		objects = append(objects, `{"type": "indicator", "pattern_type": "stix", "pattern": `+string(text)+`, "valid_from": "2026-11-01T00:00:00Z"}`)
	}
	return `{"type": "bundle", "id": "bundle--1", "objects": [` + "\n" + strings.Join(objects, ",\n") + "\n]}"
}

// readFormat returns what is read of a text: "line address|name port …" of entries and
// names, and "line! reason" of what was refused.
func readFormat(t *testing.T, text string, o feed.Options, names ...string) []string {
	t.Helper()
	o.Limits.MaxBad = 1
	list, tally := parseAll(t, text, o)
	var got []string
	for _, entries := range [][]feed.Entry{list.Entries, list.Names} {
		for i := range entries {
			got = append(got, columns(&entries[i], append([]string{"line"}, names...)...))
		}
	}
	for _, r := range tally.Rejects {
		reason, _, _ := strings.Cut(r.Reason, ":")
		got = append(got, strings.Replace(r.Error(), "line ", "", 1)[:strings.Index(r.Error(), ":")-5]+"! "+reason)
	}
	return append(got, tally.Others...)
}

func TestFormats(t *testing.T) {
	negative := options()
	negative.Negative = "cdn"
	for _, test := range []struct {
		name    string
		options feed.Options
		columns []string
		want    []string
	}{
		{"hosts", options(), []string{"address", "domain", "port"}, []string{
			"4  a.example 0", "4  b.example 0", "5  c.example 0", `6! "d" is no domain name`,
		}},
		{"misp", options(), []string{"address", "domain", "port", "proto", "first_seen", "last_seen", "valid_until", "source_ref"}, []string{
			"2 198.51.100.1  0 any  2025-11-21 04:40:00  u1",
			"3 198.51.100.2  3333 tcp 2026-11-01 00:00:00 2026-11-20 08:00:00  ",
			"4 198.51.100.3 pool.example 0 any    ",
			"8 198.51.100.5  0 any  2025-11-21 04:40:00 2025-11-21 04:40:00 ",
			"14 198.51.100.7 p.example 3333 tcp 2026-11-02 00:00:00 2026-11-19 00:00:00  ",
			"21 198.51.100.8  14444 tcp    ",
			"29 198.51.100.9  0 any    ",
			"14 2001:db8::7 p.example 3333 tcp 2026-11-02 00:00:00 2026-11-19 00:00:00  ",
			"6  pool.example 0 any    ",
			"25  q.example 3333 tcp    ",
			"5  xmr.pool.example 443 tcp    ",
			"7! to_ids is not set", "9! ip-src is where traffic comes from", "11! a URL of a page",
			"12! is no MISP attribute", "28! object ip-port names no endpoint", "attributes of type md5 (2)",
		}},
		{"warninglist", negative, []string{"address"}, []string{
			"2 10.0.0.0/8", "2 192.0.2.1", "1 198.51.100.0/24", "3 2001:db8::/29",
			"3! prefix 0.0.0.0/0 is wider than /8", "3! a domain name", "3! is no element of a warninglist",
		}},
		{"stix", options(), []string{"address", "domain", "port", "proto", "valid_from"}, []string{
			"2 198.51.100.1  0 any 2026-11-01 00:00:00", "3 198.51.100.2  3333 tcp 2026-11-01 00:00:00", "4  pool.example 0 any 2026-11-01 00:00:00",
		}},
		{"suricata", options(), []string{"address", "port", "proto", "source_ref"}, []string{
			"3 198.51.100.0/30 3333 tcp sid:2000001", "3 198.51.100.0/30 4444 tcp sid:2000001", "3 198.51.100.0/30 4445 tcp sid:2000001",
			"3 198.51.100.1 3333 tcp sid:2000001", "3 198.51.100.1 4444 tcp sid:2000001", "3 198.51.100.1 4445 tcp sid:2000001",
			"4 198.51.100.3 0 any sid:2000002", "5 2001:db8::7 53 udp sid:3",
			"3! negated", "3! a variable, whose meaning is in another file",
			"7! the address is the variable $EXTERNAL_NET, whose meaning is in another file", "8! names no address",
			"9! its addresses are where traffic comes from", "10! port 1", "11! port !80", "13! is no rule",
			"pass rules, which allow what they name (1)",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, readFormat(t, example[test.name], test.options, test.columns...)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			test.options.Format = feed.Format(test.name)
			if diff := cmp.Diff(test.want, readFormat(t, example[test.name], test.options, test.columns...)); diff != "" {
				t.Errorf("asked for by name (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPatterns(t *testing.T) {
	for pattern, want := range map[string]string{
		`[ipv6-addr:value = '2001:db8::7']`:            "2001:db8::7  0 any",
		`[ipv4-addr:value ISSUBSET '198.51.100.0/24']`: "198.51.100.0/24  0 any",
		`[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.1' AND network-traffic:dst_port = 1]`: "198.51.100.1  1 tcp",
		`[network-traffic:dst_port = 1 AND (ipv4-addr:value = '198.51.100.1' OR ipv4-addr:value = '198.51.100.2')]`:                        "198.51.100.1  1 tcp; 198.51.100.2  1 tcp",
		`[ipv4-addr:value IN ('198.51.100.1','198.51.100.2') AND network-traffic:dst_port IN (1, 2)]`:                                      "198.51.100.1  1 tcp; 198.51.100.1  2 tcp; 198.51.100.2  1 tcp; 198.51.100.2  2 tcp",
		`[ipv4-addr:value='198.51.100.1'] OR [ ipv4-addr:value='198.51.100.2' ]`:                                                           "198.51.100.1  0 any; 198.51.100.2  0 any",
		`([ipv4-addr:value='198.51.100.1'])`: "198.51.100.1  0 any",
		`[network-traffic:protocols[*] = 'udp' AND network-traffic:dst_ref.value = '198.51.100.1' AND network-traffic:dst_port = 5]`: "198.51.100.1  5 udp",
		`[domain-name:value = 'a.example' AND network-traffic:dst_port = 3333]`:                                                      " a.example 3333 tcp",
		`[domain-name:value = 'a.example' AND domain-name:resolves_to_refs[*].value = '198.51.100.1']`:                               "198.51.100.1 a.example 0 any",
		`[url:value = 'stratum+tcp://198.51.100.1:3333']`:                                                                            "198.51.100.1  3333 tcp",
		`[ipv4-addr:value = '198.51.100.1' OR file:hashes.'SHA-256' = 'aa']`:                                                         "198.51.100.1  0 any; ! asks for file:hashes.'SHA-256', which flows do not tell",
		`[ipv4-addr:value = '198.51.100.1' AND process:name = 'xmrig']`:                                                              "! asks for process:name, which flows do not tell",
		`[ipv4-addr:value != '198.51.100.1']`:                                                                                        "! negates ipv4-addr:value",
		`[NOT ipv4-addr:value = '198.51.100.1']`:                                                                                     "! negates ipv4-addr:value",
		`[ipv4-addr:value LIKE '198.51.100.%']`:                                                                                      "! compares ipv4-addr:value by LIKE",
		`[network-traffic:dst_port > 3000]`:                                                                                          "! compares network-traffic:dst_port by >",
		`[network-traffic:dst_port = 3333]`:                                                                                          "! the pattern names no address",
		`[ipv4-addr:value = '198.51.100.1' AND ipv4-addr:value = '198.51.100.2']`:                                                    "! asks for two addresses at once",
		`[ipv4-addr:value='198.51.100.1'] FOLLOWEDBY [ipv4-addr:value='198.51.100.2']`:                                               "! the pattern joins observations with FOLLOWEDBY",
		`[ipv4-addr:value='198.51.100.1'] AND [ipv4-addr:value='198.51.100.2']`:                                                      "! the pattern joins observations with AND",
		`[ipv4-addr:value='198.51.100.1'] REPEATS 5 TIMES WITHIN 60 SECONDS`:                                                         "! the pattern asks for observations with REPEATS",
		`[ipv4-addr:value='198.51.100.1'`:                                                                                            "! the pattern ends in the middle",
		`[ipv4-addr:value='198.51.100.1]`:                                                                                            "! the pattern has a quote that is not closed",
		`[ipv4-addr:value '198.51.100.1']`:                                                                                           `! the pattern has "'198.51.100.1" where an operator belongs`,
		`ipv4-addr:value = '198.51.100.1'`:                                                                                           `! the pattern has "ipv4-addr`,
		`[ipv4-addr:value = '10.0.0.1']`:                                                                                             "! 10.0.0.1 is in 10.0.0.0/8, private (RFC 1918)",
		strings.Repeat("(", 100):                                                                                                     "! the pattern is nested deeper than 16",
		"[" + strings.Repeat("(", 100):                                                                                               "! the pattern is nested deeper than 16",
		"":                                                                                                                           "! the pattern ends in the middle",
	} {
		list, tally := parseAll(t, stixBundle(pattern, `[ipv4-addr:value = '203.0.113.99']`), lax())
		var got []string
		for _, entries := range [][]feed.Entry{list.Entries, list.Names} {
			for i := range entries {
				if s := columns(&entries[i], "address", "domain", "port", "proto"); s != "203.0.113.99  0 any" {
					got = append(got, s)
				}
			}
		}
		for _, r := range tally.Rejects {
			reason := r.Reason
			if i := strings.Index(reason, ": "); i > 0 {
				reason = reason[:i]
			}
			got = append(got, "! "+reason)
		}
		joined := strings.Join(got, "; ")
		if strings.HasPrefix(want, "! ") {
			joined = joined[:min(len(joined), len(want))] // a reason has an end that helps
		}
		if joined != want {
			t.Errorf("%s\n got %s\nwant %s", pattern, joined, want)
		}
	}
}

func lax() feed.Options {
	o := options()
	o.Limits.MaxBad = 1
	return o
}

// What programs write in other forms than the specifications' examples.
func TestVariants(t *testing.T) {
	for text, want := range map[string]string{
		`{"type": "indicator", "id": "i", "pattern": "[domain-name:value = 'a.example' and network-traffic:dst_port = '8080']"}`: " a.example 8080 tcp",
		`{"Object": {"name": "network-connection", "Attribute": [{"object_relation": "ip-dst", "type": "ip-dst", "value": "198.51.100.7"},
			{"object_relation": "dst-port", "type": "port", "value": "443", "to_ids": false}, {"object_relation": "layer4-protocol", "type": "text", "value": "TCP"}]}}`: "198.51.100.7  443 tcp",
		`{"response": {"Attribute": [{"type": "ip-dst|port", "value": "198.51.100.7:1", "to_ids": "1"}]}}`:                                                      "198.51.100.7  1 tcp",
		`[{"Event": {"Attribute": {"type": "ip-dst", "value": "198.51.100.0/24"}}}]`:                                                                            "198.51.100.0/24  0 any",
		"  \n{\"objects\": []," + ` "objects": [{"type": "indicator", "pattern": "[ipv4-addr:value = '198.51.100.7']", "confidence": null, "revoked": false}]}`: "198.51.100.7  0 any",
	} {
		list, _ := parseAll(t, text, options())
		var got []string
		for _, e := range append(list.Entries, list.Names...) {
			got = append(got, columns(&e, "address", "domain", "port", "proto"))
		}
		if joined := strings.Join(got, "; "); joined != want {
			t.Errorf("%s\n got %s\nwant %s", text, joined, want)
		}
	}
}

// Of several versions of an indicator the last counts; a revoked one ends when
// it was revoked.
func TestRevoked(t *testing.T) {
	const text = `{"objects": [
{"type": "indicator", "id": "indicator--1", "modified": "2026-11-10T00:00:00Z", "pattern": "[ipv4-addr:value = '198.51.100.1']", "valid_from": "2026-10-01T00:00:00Z", "confidence": 85},
{"type": "indicator", "id": "indicator--1", "modified": "2026-11-10T00:00:00.010Z", "revoked": true, "pattern": "[ipv4-addr:value = '198.51.100.1']", "valid_from": "2026-10-01T00:00:00Z", "valid_until": "2027-01-01T00:00:00Z", "confidence": 85},
{"type": "indicator", "id": "indicator--2", "revoked": true, "pattern": "[ipv4-addr:value = '198.51.100.2']", "valid_from": "2026-10-01T00:00:00Z"},
{"type": "indicator", "id": "indicator--3", "pattern": "[ipv4-addr:value = '198.51.100.2']", "valid_from": "2026-10-01T00:00:00Z"},
{"type": "indicator", "id": "indicator--4", "pattern": "x", "pattern_type": "yara"},
{"type": "indicator", "id": "indicator--5", "pattern": "[ipv4-addr:value = '198.51.100.5']", "indicator_types": ["benign"]},
{"type": "indicator", "id": "indicator--6", "pattern": "[ipv4-addr:value = '198.51.100.6']", "confidence": 101},
{"type": "indicator", "id": "indicator--7", "pattern": 7},
{"type": "malware", "id": "malware--1"}
]}`
	want := []string{
		"3 198.51.100.1 2026-10-01 00:00:00 2026-11-10 00:00:00 85 indicator--1",
		"4 198.51.100.2 2026-10-01 00:00:00  50 indicator--2",
		"6! a pattern of type yara", "7! its author calls it benign", "8! confidence 101", "9! is no STIX object", "objects of type malware (1)",
	}
	if diff := cmp.Diff(want, readFormat(t, text, options(), "address", "valid_from", "valid_until", "confidence", "source_ref")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
