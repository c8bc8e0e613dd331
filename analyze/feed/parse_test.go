package feed_test

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze/feed"
	"minewatch/analyze/intake"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func options() feed.Options {
	return feed.Options{Name: "t", Now: func() time.Time { return noon }}
}

func parse(t *testing.T, text string) ([]feed.Entry, intake.Tally) {
	t.Helper()
	list, tally := parseAll(t, text, options())
	return list.Entries, tally
}

// parseAll is parse with the names.
func parseAll(t *testing.T, text string, o feed.Options) (feed.Content, intake.Tally) {
	t.Helper()
	list, tally, err := feed.Parse(feed.Input{File: "t", Data: []byte(text)}, o)
	if err != nil {
		t.Fatalf("Parse %q: %v %+v", text, err, tally.Rejects)
	}
	if got := accounted(&tally); got != tally.Read {
		t.Errorf("read %d rows, accounted for %d: %s", tally.Read, got, tally.String())
	}
	return list, tally
}

func accounted(t *intake.Tally) int {
	return t.Kept + t.Names + t.Duplicates + len(t.Rejects)
}

// columns are the values of an entry's columns, separated by spaces.
func columns(e *feed.Entry, names ...string) string {
	var values []string
	for _, name := range names {
		for _, c := range feed.Columns {
			if c.Name == name {
				values = append(values, c.Text(e))
			}
		}
	}
	return strings.Join(values, " ")
}

func TestList(t *testing.T) {
	const head = "# a list\r\n\r\n"
	for in, want := range map[string]string{
		"198.51.100.7":                        "198.51.100.7 0 any unknown 50 list",
		"198.51.100.7:3333":                   "198.51.100.7 3333 tcp unknown 50 list",
		"198.51.100.7:3333 # xmr":             "198.51.100.7 3333 tcp unknown 50 list",
		"198.51.100.7:3333;xmr":               "198.51.100.7 3333 tcp unknown 50 list",
		"198.51.100.7 // xmr":                 "198.51.100.7 0 any unknown 50 list",
		"198.51.100.7 3333":                   "198.51.100.7 3333 tcp unknown 50 list",
		"198.51.100.7,\t3333":                 "198.51.100.7 3333 tcp unknown 50 list",
		"198.51.100.0/24":                     "198.51.100.0/24 0 any unknown 50 list",
		"[2001:db8::7]:3333":                  "2001:db8::7 3333 tcp unknown 50 list",
		"[2001:DB8::7]":                       "2001:db8::7 0 any unknown 50 list",
		"2001:db8::7":                         "2001:db8::7 0 any unknown 50 list",
		"2001:db8::/48":                       "2001:db8::/48 0 any unknown 50 list",
		"::ffff:198.51.100.7":                 "198.51.100.7 0 any unknown 50 list",
		"stratum+tcp://198.51.100.7:3333":     "198.51.100.7 3333 tcp stratum 50 list",
		"stratum+ssl://[2001:db8::7]:3333/":   "2001:db8::7 3333 tcp stratum 50 list",
		"198.51.100.7:8333":                   "198.51.100.7 8333 tcp p2p 50 list",
		"198.18.0.1:3333":                     "198.18.0.1 3333 tcp unknown 50 list",
		"203.0.113.0/24 // documentation too": "203.0.113.0/24 0 any unknown 50 list",
	} {
		entries, _ := parse(t, "\xef\xbb\xbf"+head+in+"\r\n")
		if len(entries) != 1 {
			t.Errorf("%q: %d entries", in, len(entries))
			continue
		}
		e := &entries[0]
		if got := columns(e, "address", "port", "proto", "role", "confidence", "evidence"); got != want {
			t.Errorf("%q = %s, want %s", in, got, want)
		}
		if got := columns(e, "source", "feed", "retrieved_at", "line"); got != "t t 2026-11-22 12:00:00 3" {
			t.Errorf("%q: source, feed, retrieved_at, line = %s", in, got)
		}
	}
}

// An endpoint that is known by its name is kept apart, to be resolved.
func TestListNames(t *testing.T) {
	list, tally := parseAll(t, strings.Join([]string{
		"198.51.100.7",
		"pool.example", "Pool.example:3333", "pool.example,3333,443", "pool.example,3333,btc,", "pool.example,25,xmr,a comment",
		"0.0.0.0 www.pool.example", "b.example # 198.51.100.9", "矿池.example", "www.pool.example.", "stratum+tcp://c.example:3333/",
		"*.pool.example", ".pool.example", "http://198.51.100.9", "https://pool.example/x", "pool.example/x", "pool.local", "pool.example,3333,btc,1,2",
	}, "\n"), options())
	var got []string
	for i := range list.Names {
		got = append(got, columns(&list.Names[i], "domain", "port", "proto", "coin", "role", "line"))
	}
	want := []string{
		"b.example 0 any  unknown 8",
		"c.example 3333 tcp  stratum 11",
		"pool.example 0 any  unknown 2",
		"pool.example 25 tcp XMR unknown 6",
		"pool.example 443 tcp  unknown 4",
		"pool.example 3333 tcp  unknown 3",
		"pool.example 3333 tcp BTC unknown 5",
		"www.pool.example 0 any  unknown 7",
		"矿池.example 0 any  unknown 9",
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if tally.Names != 9 || tally.Duplicates != 2 || tally.Kept != 1 {
		t.Errorf("%s", tally.String())
	}
	for i, want := range []string{
		"stands for any name below", "stands for any name below", "a URL of a page", "a URL of a page", "a URL of a page",
		"ends in .local, the local network", `"3333,btc,1,2" stands behind the address`,
	} {
		if got := tally.Rejects[i]; !strings.Contains(got.Reason, want) {
			t.Errorf("refused %d: %+v, want %q", i, got, want)
		}
	}
}

func TestListRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"198.51.100.256":              "is not an address",
		"198.51.100.7:70000":          "port 70000: want 1 to 65535",
		"198.51.100.7:http":           `port "http" is not a number`,
		"198.51.100.7:3333:3334":      "is not an address",
		"198.51.100.7 pool.example":   "does it live there, or is it sent there?",
		"pool.example pool2.example":  `"pool2.example" stands behind the address`,
		"198.51.100.7 3333 xmr":       `"3333 xmr" stands behind the address`,
		"198.51.100.7:3333 3334":      `"3334" stands behind the address`,
		"198.51.100.7/24":             "has host bits set, want 198.51.100.0/24",
		"198.51.100.7/x":              "is not an address",
		"198.51.100.1-198.51.100.9":   "a range that is no prefix",
		"[2001:db8::7":                "is not an address",
		"[2001:db8::7]3333":           "is not an address",
		"fe80::1%eth0":                "is not an address",
		"asicshack:3333":              "is not an address",
		"alert tcp any any":           "is not an address",
		"---":                         "is not an address",
		",":                           "is not an address",
		"198.51.\xff":                 "is not UTF-8",
		"198.51.100.7\x00":            "control character",
		"10.1.2.3":                    "10.0.0.0/8, private (RFC 1918)",
		"172.31.0.0/16":               "172.16.0.0/12, private (RFC 1918)",
		"192.168.1.1:3333":            "192.168.0.0/16, private (RFC 1918)",
		"100.64.0.1":                  "carrier-grade NAT",
		"127.0.0.1:3333":              "loopback",
		"169.254.1.1":                 "link-local",
		"0.0.0.0":                     "this network",
		"224.0.0.1":                   "multicast",
		"255.255.255.255":             "reserved or broadcast",
		"::":                          "unspecified",
		"::1":                         "loopback",
		"::ffff:10.0.0.1":             "private (RFC 1918)",
		"fd00::1":                     "private (RFC 4193)",
		"fe80::1":                     "link-local",
		"ff02::1":                     "multicast",
		"198.18.0.0/15":               "wider than /16",
		"0.0.0.0/0":                   "wider than /16",
		"2001::/31":                   "wider than /32",
		"192.0.0.0/16":                "protocol assignments",
		"stratum+tcp://10.0.0.1:3333": "private (RFC 1918)",
		strings.Repeat("1", 5000):     "more than 4000",
	} {
		_, tally := parse(t, "198.51.100.99\n"+in+"\n")
		if len(tally.Rejects) != 1 || tally.Rejects[0].Line != 2 || !strings.Contains(tally.Rejects[0].Reason, want) {
			t.Errorf("%q: rejects %+v; want one with %q", in, tally.Rejects, want)
		}
	}
}

func TestTable(t *testing.T) {
	entries, tally := parse(t, strings.Join([]string{
		"ip,port,scheme,coin,algo,pool_name,fqdn,role,first_seen,last_seen,valid_from,valid_until,confidence,evidence,shared,source,source_url,license,notes",
		"198.51.100.7,3333,stratum+tcp,xmr,RandomX,P1,XMR.Pool.Example.,,2026-11-01,2026-11-20,,,90,stratum_probe_up,,S,https://s.example,MIT,x",
		"198.51.100.8,,,,,,,,,,2026-11-01 08:00:00,2026-11-30,candidate,,cdn,,,,",
		"2001:db8::/64,443,https,Magpie喜鹊币,UNKNOWN,,,proxy,1524331163,,,,,Official docs,none,,,,",
		"198.51.100.9:4444,,udp,,,,,,,,,,,a rumour,,,,,",
		"198.51.100.10,8333,tcp,BTC,,,,stratum,,,,,,,,,,,",
		"198.51.100.11,5555,tcp,,,,,,,,,,,p2p_seed_not_pool,,,,,",
		"198.51.100.12,30303,getblocktemplate,,,,,,,,,,,,,,,,",
	}, "\n"))
	var got []string
	for i := range entries {
		got = append(got, columns(&entries[i], "address", "port", "proto", "coin", "algorithm", "pool", "domain", "role",
			"first_seen", "last_seen", "valid_from", "valid_until", "confidence", "evidence", "shared", "source", "source_ref", "licence"))
	}
	want := []string{
		"198.51.100.7 3333 tcp XMR RandomX P1 xmr.pool.example stratum 2026-11-01 00:00:00 2026-11-20 23:59:59   90 probe_up none S https://s.example MIT",
		"198.51.100.8 0 any     unknown   2026-11-01 08:00:00 2026-11-30 23:59:59 40 list cdn t  ",
		"198.51.100.9 4444 udp     unknown     40 other none t  ",
		"198.51.100.10 8333 tcp BTC    stratum     50 list none t  ",
		"198.51.100.11 5555 tcp     p2p     10 p2p_seed none t  ",
		"198.51.100.12 30303 tcp     p2p     50 list none t  ",
		"2001:db8::/64 443 tcp Magpie喜鹊币    proxy 2018-04-21 17:19:23    75 official_doc none t  ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"notes"}, tally.Ignored); diff != "" {
		t.Errorf("ignored columns (-want +got):\n%s", diff)
	}
}

// A table of names that has an address here and there.
func TestTableWithAddressesForNames(t *testing.T) {
	list, tally := parseAll(t, "domain,port\npool.example,3333\n198.51.100.7,3333\n,3333\n", options())
	entries := list.Entries
	if len(entries) != 1 || entries[0].Domain != "" || len(list.Names) != 1 || len(tally.Rejects) != 1 ||
		tally.Rejects[0].Reason != "the address is missing" {
		t.Errorf("entries %+v, %s, %+v", entries, tally.String(), tally.Rejects)
	}
}

func TestTableRefuses(t *testing.T) {
	const header = "ip,port,proto,role,first_seen,last_seen,valid_from,valid_until,confidence,shared\n198.51.100.99,,,,,,,,,\n"
	for in, want := range map[string]string{
		",3333,,,,,,,,":                             "the address is missing",
		"198.51.100.7:1,2,,,,,,,,":                  "the address says port 1, the column port says 2",
		"198.51.100.7,65536,,,,,,,,":                "port 65536",
		"198.51.100.7,-1,,,,,,,,":                   "port -1",
		"198.51.100.7,,quic,,,,,,,":                 `proto "quic"`,
		"198.51.100.7,,,king,,,,,,":                 `role "king"`,
		"198.51.100.7,,,,soon,,,,,":                 `first_seen: "soon" is no date`,
		"198.51.100.7,,,,2026-11-02,2026-11-01,,,,": "last_seen 2026-11-01 23:59:59 is before first_seen",
		"198.51.100.7,,,,,,2026-11-02,2026-11-01,,": "valid_until 2026-11-01 23:59:59 is before the entry becomes valid",
		"198.51.100.7,,,,2026-11-02,,,2026-11-01,,": "valid_until 2026-11-01 23:59:59 is before the entry becomes valid",
		"198.51.100.7,,,,,,,,101,":                  `confidence "101"`,
		"198.51.100.7,,,,,,,,sure,":                 `confidence "sure"`,
		"198.51.100.7,,,,,,,,0.9,":                  `confidence "0.9"`,
		"198.51.100.7,,,,,,,,,yes":                  `shared "yes"`,
		"198.51.100.7,,,,,,,,,,,x":                  "has 12 values, the header has 10",
		"198.51.100.7":                              "has 1 value, the header has 10",
	} {
		_, tally := parse(t, header+in+"\n")
		if len(tally.Rejects) != 1 || tally.Rejects[0].Line != 3 || !strings.Contains(tally.Rejects[0].Reason, want) {
			t.Errorf("%q: rejects %+v, want one with %q", in, tally.Rejects, want)
		}
	}
}

func TestMerge(t *testing.T) {
	const header = "ip,port,proto,first_seen,last_seen,confidence,evidence,shared,algorithm,source\n"
	rows := []string{
		"198.51.100.7,3333,getblocktemplate,2026-11-05,2026-11-10,40,listen,none,,s\n",
		"198.51.100.7,3333,stratum,2026-11-01,,75,probe_up,hosting,RandomX,s\n",
		"198.51.100.7,3333,,,2026-11-20,50,list,,,s\n",
	}
	want := "tcp stratum 2026-11-01 00:00:00 2026-11-20 23:59:59 75 probe_up hosting RandomX"
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}} {
		text := header + rows[order[0]] + rows[order[1]] + rows[order[2]]
		entries, tally := parse(t, text+"198.51.100.7,3333,,,,,,,,other\n")
		if len(entries) != 2 || tally.Duplicates != 2 {
			t.Fatalf("%d entries, %s", len(entries), tally.String())
		}
		i := 0
		if entries[1].Source == "s" {
			i = 1
		}
		if got := columns(&entries[i], "proto", "role", "first_seen", "last_seen", "confidence", "evidence", "shared", "algorithm"); got != want {
			t.Errorf("order %v: %s, want %s", order, got, want)
		}
	}
}

func TestDefaultsFromOptions(t *testing.T) {
	o := options()
	o.Source, o.Licence, o.Evidence, o.Confidence = "cert", "CC0", feed.Manual, 33
	o.RetrievedAt = noon.AddDate(0, -1, 0)
	in := feed.Input{File: "t", Data: []byte("ip,confidence,evidence,source\n198.51.100.7,,,\n198.51.100.8,60,dns,own\n198.51.100.9,,dns,\n")}
	list, _, err := feed.Parse(in, o)
	if err != nil {
		t.Fatal(err)
	}
	entries := list.Entries
	var got []string
	for i := range entries {
		got = append(got, columns(&entries[i], "confidence", "evidence", "source", "licence", "retrieved_at"))
	}
	want := []string{
		"33 manual cert CC0 2026-10-22 12:00:00", "60 dns own CC0 2026-10-22 12:00:00", "33 dns cert CC0 2026-10-22 12:00:00",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

func TestRefusedAsAWhole(t *testing.T) {
	good := "198.51.100.1\n198.51.100.2\n"
	for _, test := range []struct {
		name, text, want string
		change           func(*feed.Options)
	}{
		{"empty", "", "is empty", nil},
		{"comments only", "# nothing\n", "no row in it", nil},
		{"rubbish", "a\nb\n", "not one of 2 rows could be used", nil},
		{"more than half", good + "a\nb\nc\n", "3 of 5 rows were refused, more than 50%", nil},
		{"more than allowed", good + "a\n", "more than 10%", func(o *feed.Options) { o.Limits.MaxBad = 0.1 }},
		{"strict", good + "a\n", "1 of 3 rows was refused", func(o *feed.Options) { o.Limits.Strict = true }},
		{"no address column", "coin,pool\nXMR,p\n", "no column with an address", func(o *feed.Options) { o.Format = feed.Table }},
		{"two columns of a name", "ip,IP\n198.51.100.1,x\n", "both called", func(o *feed.Options) { o.Format = feed.Table }},
		{"an open quote", "ip,pool\n198.51.100.1,\"a\n198.51.100.2,b\n", "line 2: a quote is opened", nil},
		{"a workbook", "PK\x03\x04", "save the sheet as CSV", nil},
		{"a bad name", good, "want letters, digits", func(o *feed.Options) { o.Name = "a/b" }},
		{"a bad confidence", good, "want 1 to 100", func(o *feed.Options) { o.Confidence = 101 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := options()
			if test.change != nil {
				test.change(&o)
			}
			list, _, err := feed.Parse(feed.Input{File: "f.txt", Data: []byte(test.text)}, o)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "feed f.txt: ") {
				t.Errorf("%d entries, error %v; want one with %q", len(list.Entries), err, test.want)
			}
		})
	}
	if _, tally := parse(t, good+"a\nb\n"); len(tally.Rejects) != 2 {
		t.Errorf("half of the addresses refused: %s", tally.String())
	}
}

func TestWords(t *testing.T) {
	for in, want := range map[string]feed.Evidence{
		"probe_up": feed.ProbeUp, "Stratum probe-up": feed.ProbeUp, "tcp_listen_only": feed.Listen,
		"official": feed.OfficialDoc, "default_list": feed.List, "never_answered": feed.NeverAnswered,
		"p2p_seed_not_pool": feed.P2PSeed, "malware_report": feed.MalwareReport, "hearsay": feed.Other,
	} {
		if got := feed.ParseEvidence(in); got != want {
			t.Errorf("ParseEvidence(%q) = %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]int{"0": 0, "100": 100, "75%": 75, "Confirmed": 90, "high": 80, "medium": 60, "candidate": 40, "low": 20} {
		if got, err := feed.ParseConfidence(in); err != nil || got != want {
			t.Errorf("ParseConfidence(%q) = %d, %v, want %d", in, got, err, want)
		}
	}
	if n := len(feed.Evidences()); n != 10 {
		t.Errorf("%d kinds of evidence, want 10", n)
	}
}

// The queries have their own list of these ports: for flows to an address
// that is listed without a port.
func TestP2PPortsAreThoseOfTheQueries(t *testing.T) {
	sql, err := os.ReadFile("../../queries/macros.sql")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`is_p2p_port\(port\) as\s+port in \(([0-9, ]+)\)`).FindSubmatch(sql)
	if m == nil {
		t.Fatal("queries/macros.sql has no macro is_p2p_port")
	}
	var ports []int
	for s := range strings.SplitSeq(string(m[1]), ",") {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil {
			t.Fatal(err)
		}
		ports = append(ports, n)
	}
	if diff := cmp.Diff(ports, feed.P2PPorts()); diff != "" {
		t.Errorf("ports (-queries +feed):\n%s", diff)
	}
}
