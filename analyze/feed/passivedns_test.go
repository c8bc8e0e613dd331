package feed_test

import (
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"minewatch/analyze/feed"
)

func pdns(t *testing.T, names, text string) (entries []string, said string) {
	t.Helper()
	o := nameFeed(t, t.TempDir(), names)
	o.Name, o.Limits.MaxBad = "pd", 1
	c, tally, err := feed.Parse(feed.Input{File: "pd.txt", Data: []byte(text)}, o)
	if got := accounted(&tally); err == nil && got != tally.Read {
		t.Errorf("read %d rows, accounted for %d", tally.Read, got)
	}
	for i := range c.Entries {
		entries = append(entries, columns(&c.Entries[i], "address", "port", "domain", "first_seen", "last_seen", "line"))
	}
	var parts []string
	if err != nil {
		parts = append(parts, err.Error())
	}
	for _, r := range tally.Rejects {
		parts = append(parts, r.Error())
	}
	return entries, strings.Join(append(parts, tally.Others...), "; ")
}

const pdnsHeader = "rrname,rrtype,rdata,time_first,time_last,count\n"

func TestPassiveDNS(t *testing.T) {
	const names = "domain,port\np.example,3333\nbücher.example,1\n"
	const seen = ",2026-10-01 00:00:00,2026-10-02 00:00:00,5\n"
	for _, test := range []struct {
		name, text string
		want       []string
		said       string
	}{
		{
			"a table", pdnsHeader + "P.EXAMPLE.,a,198.51.100.7" + seen + "p.example,AAAA,2001:DB8::7" + seen + "q.example,A,198.51.100.9" + seen + "xp.example,A,198.51.100.9" + seen,
			[]string{"198.51.100.7 3333 p.example 2026-10-01 00:00:00 2026-10-02 00:00:00 2", "2001:db8::7 3333 p.example 2026-10-01 00:00:00 2026-10-02 00:00:00 3"},
			"records of names that no feed has (2)",
		},
		{
			"other names of columns", "first_seen;last_seen;query;type;answer;sensor\n1759276800;20261002;p.example;1;198.51.100.7;x\n",
			[]string{"198.51.100.7 3333 p.example 2025-10-01 00:00:00 2026-10-02 23:59:59 2"},
			"",
		},
		{"Punycode", pdnsHeader + "xn--bcher-kva.example,A,198.51.100.7" + seen, []string{"198.51.100.7 1 bücher.example 2026-10-01 00:00:00 2026-10-02 00:00:00 2"}, ""},
		{
			"common output format",
			`{"rrname": "p.example.", "rrtype": "A", "rdata": ["198.51.100.7", "198.51.100.8"], "time_first": 1759276800, "time_last": 1759363200, "count": 3, "bailiwick": "example."}` + "\n\n" +
				`{"rrname": "p.example", "rrtype": "AAAA", "rdata": "2001:db8::7", "zone_time_first": "1759276800", "zone_time_last": 1759363200}` + "\n" +
				`{"rrname": "p.example", "rrtype": "TXT", "rdata": "x", "time_first": 1759276800}` + "\n{broken\n",
			[]string{"198.51.100.7 3333 p.example 2025-10-01 00:00:00 2025-10-02 00:00:00 1", "198.51.100.8 3333 p.example 2025-10-01 00:00:00 2025-10-02 00:00:00 1", "2001:db8::7 3333 p.example 2025-10-01 00:00:00 2025-10-02 00:00:00 3"},
			"line 5: line 1: is broken JSON: invalid character 'b' looking for beginning of object key string; records of other types than A, AAAA and CNAME (1)",
		},
		{
			"a list of objects", "[{\"rrname\": \"p.example\", \"rrtype\": \"A\",\n\"rdata\": \"198.51.100.7\", \"time_first\": 1759276800},\n{\"rrname\": \"p.example\", \"rrtype\": \"A\", \"rdata\": \"198.51.100.8\", \"time_first\": 1759276800}]",
			[]string{"198.51.100.7 3333 p.example 2025-10-01 00:00:00 2025-10-01 00:00:00 1", "198.51.100.8 3333 p.example 2025-10-01 00:00:00 2025-10-01 00:00:00 3"},
			"",
		},
		{
			"aliases", pdnsHeader + "p.example,CNAME,a.cdn.example,2026-10-01 00:00:00,2026-10-05 00:00:00,1\na.cdn.example,CNAME,b.cdn.example.,2026-10-02 00:00:00,2026-10-09 00:00:00,1\n" +
				"b.cdn.example,A,198.51.100.7,2026-10-04 00:00:00,2026-10-20 00:00:00,1\nb.cdn.example,A,198.51.100.8,2026-10-06 00:00:00,2026-10-20 00:00:00,1\n",
			[]string{"198.51.100.7 3333 p.example 2026-10-04 00:00:00 2026-10-05 00:00:00 4"},
			"",
		},
		{
			"loops", pdnsHeader + "p.example,CNAME,p.example" + seen + "p.example,CNAME,a.example" + seen + "a.example,CNAME,p.example" + seen + "a.example,A,198.51.100.7" + seen,
			[]string{"198.51.100.7 3333 p.example 2026-10-01 00:00:00 2026-10-02 00:00:00 5"},
			"",
		},
		{
			"one pair in several rows", pdnsHeader + "p.example,A,198.51.100.7,2026-10-03 00:00:00,2026-10-04 00:00:00,1\np.example,A,198.51.100.7,2026-10-01 00:00:00,2026-10-02 00:00:00,1\np.example,A,198.51.100.7,2026-08-01 00:00:00,2026-08-02 00:00:00,1\n",
			[]string{"198.51.100.7 3333 p.example 2026-08-01 00:00:00 2026-10-04 00:00:00 2"},
			"",
		},
		{
			"faults", pdnsHeader + "p.example,A,2001:db8::7" + seen + "p.example,AAAA,198.51.100.7" + seen + "p.example,A,10.0.0.1" + seen + "p.example,A,x" + seen + "p.example,A,198.51.100.7,,,\n" +
				"p.example,A,198.51.100.7,2026-10-02,2026-10-01,\np.example,A,198.51.100.7,soon,2026-10-01,\n*.p.example,A,198.51.100.7" + seen + "p.example,,198.51.100.7" + seen + strings.Repeat("a", 64) + ".example,A,198.51.100.7" + seen, nil,
			`not one of 8 rows could be used, nothing was imported: is it the right file and format?; line 2: "2001:db8::7" is no IPv4 address, and the record is of type A; ` +
				`line 3: "198.51.100.7" is no IPv6 address, and the record is of type AAAA; line 4: 10.0.0.1 is in 10.0.0.0/8, private (RFC 1918): no pool can be there; ` +
				`line 5: "x" is not an address; line 6: time_first is missing: an answer without its time cannot be matched; ` +
				`line 7: time_last 2026-10-01 23:59:59 is before time_first 2026-10-02 00:00:00; line 8: time_first: "soon" is no date, want 2026-11-22, 2026-11-22 08:00 or 08:00:00, 2026年11月22日 8:00, RFC 3339 or Unix seconds; ` +
				`line 10: rrtype is missing; records of names that no pool can have (2)`,
		},
		{"no match", pdnsHeader + "q.example,A,198.51.100.7" + seen, nil, "feed pd.txt: none of its 1 record is about one of the names that feeds have (2): import the feed with the names first"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, said := pdns(t, names, test.text)
			if diff := gocmp.Diff(test.want, got); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			if !strings.Contains(said, test.said) || (test.said == "" && said != "") {
				t.Errorf("said %q, want %q", said, test.said)
			}
		})
	}
}

// A name that counts from or until some time vouches for no address outside of
// it.
func TestPassiveDNSOutside(t *testing.T) {
	const names = "domain,port,valid_from,valid_until\np.example,1,2026-10-10,2026-10-20\nq.example,2,,\n"
	row := func(address, from, to string) string {
		return "p.example,A," + address + "," + from + "," + to + ",1\n"
	}
	o := nameFeed(t, t.TempDir(), names)
	o.Name = "pd"
	c, tally, err := feed.Parse(feed.Input{File: "pd.csv", Data: []byte(pdnsHeader +
		row("198.51.100.7", "2026-09-01", "2026-09-02") + row("198.51.100.9", "2026-11-20", "2026-11-21") + row("198.51.100.7", "2026-10-05", "2026-11-21"))}, o)
	if err != nil {
		t.Fatal(err)
	}
	want := "198.51.100.7 1 2026-10-05 00:00:00 2026-11-21 23:59:59 2026-10-10 00:00:00 2026-10-20 23:59:59"
	if got := columns(&c.Entries[0], "address", "port", "first_seen", "last_seen", "valid_from", "valid_until"); len(c.Entries) != 1 || got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if others := strings.Join(tally.Others, " "); others != "answers from outside of the time in which the feed's name counts (2)" {
		t.Errorf("others %q", others)
	}
}

// TestLongChains: what a file says cannot make its reader run away.
func TestLongChains(t *testing.T) {
	var b strings.Builder
	b.WriteString(pdnsHeader)
	const seen = ",2026-10-01,2026-10-02,1\n"
	// Every name is an alias of every other: 60! chains.
	b.WriteString("p.example,A,198.51.100.7" + seen + "p.example,CNAME,n0.example" + seen)
	for i := range 60 {
		for j := range 60 {
			fmt.Fprintf(&b, "n%d.example,CNAME,n%d.example%s", i, j, seen)
		}
	}
	o := nameFeed(t, t.TempDir(), "p.example:3333\n")
	o.Name = "pd"
	c, tally, err := feed.Parse(feed.Input{File: "pd.csv", Data: []byte(b.String())}, o)
	if err != nil || len(c.Entries) != 1 {
		t.Fatalf("%d entries, %v", len(c.Entries), err)
	}
	if remarks := strings.Join(tally.Remarks, " "); !strings.Contains(remarks, "more than 8 aliases one behind the other, or more than 4096 records: 1 name is not followed to the end") {
		t.Errorf("remarks %q", remarks)
	}
}

// The same file again is no new version; with other names it is.
func TestPassiveDNSAgain(t *testing.T) {
	lake := t.TempDir()
	o := nameFeed(t, lake, "p.example:3333\n")
	text := pdnsHeader + "p.example,A,198.51.100.7,2026-10-01,2026-10-02,1\nq.example,A,198.51.100.8,2026-10-01,2026-10-02,1\n"
	read := func(o feed.Options) feed.Result {
		t.Helper()
		o.Name, o.RetrievedAt, o.Force = "pd", noon.AddDate(0, 0, -10), true
		result, err := feed.Import(lake, feed.Input{File: "pd.csv", Data: []byte(text)}, o)
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	if r := read(o); r.Existing || r.Kept != 1 {
		t.Errorf("first: %+v", r.Tally)
	}
	if r := read(o); !r.Existing {
		t.Error("the same again is a version")
	}
	nameFeed(t, lake, "q.example:1\n")
	r := read(resolving(t, lake, noon))
	if r.Existing || r.Kept != 2 {
		t.Errorf("with another name: existing %v, %+v", r.Existing, r.Tally)
	}
	answers, err := r.Version.Answers()
	if err != nil || len(answers) != 2 || answers[1].Resolver != "pd" || answers[1].FeedVersion != r.Version.ID() {
		t.Errorf("answers %+v, %v", answers, err)
	}
}
