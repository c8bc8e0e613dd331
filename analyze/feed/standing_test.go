package feed_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze/feed"
	"minewatch/analyze/iprange"
)

// statement is a list as a source published it on a day.
type statement struct {
	text      string
	retrieved time.Time
}

func importAt(t *testing.T, lake string, s statement, at time.Time, change func(*feed.Options)) (feed.Result, error) {
	t.Helper()
	o := feed.Options{Name: "s", RetrievedAt: s.retrieved, Force: true, Now: func() time.Time { return at }}
	if change != nil {
		change(&o)
	}
	return feed.Import(lake, feed.Input{File: "s.csv", Data: []byte(s.text)}, o)
}

// standing is what a lake's feed says today, a line an entry.
func standing(t *testing.T, lake string) []string {
	t.Helper()
	list, err := feed.Versions(lake)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, v := range feed.Effective(list, time.Time{}) {
		c, err := v.Standing()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range slices.Concat(c.Entries, c.Names) {
			var values []string
			for _, column := range feed.Columns {
				values = append(values, column.Text(&e))
			}
			lines = append(lines, strings.Join(values, "|"))
		}
	}
	return lines
}

// randomStatement names some of a few endpoints, with dates here and there.
func randomStatement(r *rand.Rand) statement {
	day := func(from int) string {
		if r.IntN(2) == 0 {
			return ""
		}
		return noon.AddDate(0, 0, from+r.IntN(20)).Format(time.DateTime)
	}
	rows := []string{"address,port,confidence,evidence,first_seen,last_seen,valid_from,valid_until"}
	for _, address := range []string{"198.51.100.1", "198.51.100.2", "198.51.100.0/24", "2001:db8::7", "a.example", "b.example"} {
		if r.IntN(3) > 0 {
			rows = append(rows, fmt.Sprintf("%s,3333,%d,%s,%s,%s,%s,%s", address, r.IntN(100), []string{"list", "dns", "probe_up"}[r.IntN(3)],
				day(-60), day(-39), day(-60), day(-10)))
		}
	}
	return statement{strings.Join(append(rows, "203.0.113.9,1,1,list,,,,"), "\n"), noon.AddDate(0, 0, -r.IntN(15))}
}

func TestOrderOfImportsDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 6 {
		statements := make([]statement, 4)
		for i := range statements {
			statements[i] = randomStatement(r)
		}
		var want []string
		for order := range 3 {
			lake := t.TempDir()
			for i, n := range r.Perm(len(statements)) {
				if order == 0 {
					n = i
				}
				if _, err := importAt(t, lake, statements[n], noon.Add(time.Duration(i)*time.Hour), nil); err != nil {
					t.Fatal(err)
				}
			}
			if got := standing(t, lake); want == nil {
				want = got
			} else if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("another order (-first +other):\n%s", diff)
			}
			// Any of them again changes nothing either.
			if _, err := importAt(t, lake, statements[r.IntN(4)], noon.AddDate(0, 0, 1), nil); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, standing(t, lake)); diff != "" {
				t.Fatalf("one of them again (-before +after):\n%s", diff)
			}
		}
	}
}

// Imports at once forget nothing of each other.
func TestImportsAtOnce(t *testing.T) {
	lake := t.TempDir()
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			s := statement{fmt.Sprintf("198.51.100.%d\n", i), noon.Add(time.Duration(i) * time.Minute)}
			if _, err := importAt(t, lake, s, noon, nil); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := standing(t, lake); len(got) != 8 {
		t.Errorf("%d entries stand, want 8:\n%s", len(got), strings.Join(got, "\n"))
	}
}

// A list that names an endpoint again extends it, one that does not lets it
// run out, one that withdraws it ends it; a replacing one forgets it.
func TestMemory(t *testing.T) {
	lake := t.TempDir()
	day := func(n int) time.Time { return noon.AddDate(0, 0, n) }
	bundle := func(revoked string) string {
		return `{"objects": [{"type": "indicator", "id": "i", "modified": "2026-11-23T00:00:00Z", "revoked": ` + revoked +
			`, "pattern": "[ipv4-addr:value = '198.51.100.1']", "valid_from": "2026-11-01T00:00:00Z"}]}`
	}
	for i, step := range []struct {
		text   string
		want   string // address, last_seen, valid_until, retrieved_at of each entry
		change func(*feed.Options)
	}{
		{bundle("false"), "198.51.100.1   2026-11-22 12:00:00", nil},
		{"198.51.100.2\n", "198.51.100.1   2026-11-22 12:00:00; 198.51.100.2   2026-11-23 12:00:00", nil},
		{bundle("false") + " ", "198.51.100.1   2026-11-24 12:00:00; 198.51.100.2   2026-11-23 12:00:00", nil},
		{bundle("true"), "198.51.100.1  2026-11-23 00:00:00 2026-11-25 12:00:00; 198.51.100.2   2026-11-23 12:00:00", nil},
		{"198.51.100.2\n", "198.51.100.2   2026-11-26 12:00:00", func(o *feed.Options) { o.Replace = true }},
	} {
		if _, err := importAt(t, lake, statement{step.text, day(i)}, day(i), step.change); err != nil {
			t.Fatal(err)
		}
		list, err := feed.Versions(lake)
		if err != nil {
			t.Fatal(err)
		}
		c, err := list[len(list)-1].Standing()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for j := range c.Entries {
			got = append(got, columns(&c.Entries[j], "address", "last_seen", "valid_until", "retrieved_at"))
		}
		if joined := strings.Join(got, "; "); joined != step.want {
			t.Errorf("after import %d: %s, want %s", i+1, joined, step.want)
		}
	}
}

// TestEnded: a list has ended with the last of its windows, as the feed has them
// by all its versions.
func TestEnded(t *testing.T) {
	const dated = "ip,port,last_seen,valid_until\n198.51.100.1,3333,2026-10-01,\n198.51.100.2,3333,,2026-10-20\n"
	july := statement{dated, noon.AddDate(0, -5, 0)}
	old := statement{dated, noon.AddDate(0, -1, 0)}
	live := statement{strings.Replace(dated, "2026-10-01", noon.Format(time.DateOnly), 1), noon.AddDate(0, 0, -1)}
	for name, c := range map[string]struct {
		lists  []statement
		change func(*feed.Options)
		now    time.Time
		want   string // of the last list, "" if something is left
	}{
		"all":                    {[]statement{old}, nil, noon, "2026-10-31 23:59:59"},
		"not yet":                {[]statement{old}, nil, time.Date(2026, 10, 31, 12, 0, 0, 0, time.UTC), ""},
		"one is left":            {[]statement{live}, nil, noon, ""},
		"seen later before":      {[]statement{live, old}, nil, noon, ""},
		"that was taken back":    {[]statement{live, old}, func(o *feed.Options) { o.Replace = true }, noon, "2026-10-31 23:59:59"},
		"others are left":        {[]statement{{"198.51.100.9:3333\n", noon}, old}, nil, noon, "2026-10-31 23:59:59"},
		"by its retrieval":       {[]statement{{"198.51.100.9:3333\n", july.retrieved}}, nil, noon, july.retrieved.AddDate(0, 0, 30).Format(time.DateTime)},
		"names":                  {[]statement{{"pool.example:3333\n", july.retrieved}}, nil, noon, july.retrieved.AddDate(0, 0, 30).Format(time.DateTime)},
		"a name is left":         {[]statement{{"ip,port,domain,last_seen\n198.51.100.1,3333,,2026-10-01\n,3333,pool.example,\n", noon}}, nil, noon, ""},
		"negative lists have no": {[]statement{july}, func(o *feed.Options) { o.Negative = feed.Kind("cdn") }, noon, ""},
	} {
		t.Run(name, func(t *testing.T) {
			lake := t.TempDir()
			var result feed.Result
			for i, s := range c.lists {
				var err error
				if result, err = importAt(t, lake, s, noon.Add(time.Duration(i)*time.Minute), c.change); err != nil {
					t.Fatal(err)
				}
			}
			last, err := result.Ended(map[string]int{"default": 30}, c.now)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if !last.IsZero() {
				got = last.Format(time.DateTime)
			}
			if got != c.want {
				t.Errorf("ended at %q, want %q", got, c.want)
			}
		})
	}
}

func TestHeldBack(t *testing.T) {
	lake := t.TempDir()
	list := func(n int) statement {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "198.51.100.%d:3333\n", i)
		}
		return statement{text: b.String()}
	}
	strict := func(o *feed.Options) { o.Force = false }
	for _, step := range []struct {
		n      int
		change func(*feed.Options)
		want   string
	}{
		{10, strict, ""},
		{15, strict, ""},
		{23, strict, "held back: 23 entries, 15 in s@"},
		{7, strict, "a change of -53% where 50% is allowed"},
		{7, nil, ""},
		{10, func(o *feed.Options) { o.Force, o.MaxChange = false, 0.1 }, "a change of +43% where 10% is allowed"},
		{200, func(o *feed.Options) { o.Force, o.MaxChange = false, 100 }, ""},
	} {
		_, err := importAt(t, lake, list(step.n), noon, step.change)
		if (err == nil) != (step.want == "") || (err != nil && (!strings.Contains(err.Error(), step.want) || !strings.Contains(err.Error(), "--force"))) {
			t.Errorf("%d entries: %v, want %q", step.n, err, step.want)
		}
	}
	if versions, err := feed.Versions(lake); err != nil || len(versions) != 4 {
		t.Errorf("%d versions, %v", len(versions), err)
	}
}

// The watched network is no pool, whatever a list says of it.
func TestOwnNetwork(t *testing.T) {
	o := lax()
	for i, p := range []string{"198.51.100.0/25", "198.51.100.64/26", "198.51.100.128/26", "2001:db8:1::/48"} {
		o.Own = append(o.Own, feed.Owned{Range: iprange.OfPrefix(netip.MustParsePrefix(p)), What: fmt.Sprintf("which the ledger gives to unit %d", i)})
	}
	list, tally := parseAll(t, "198.51.100.1\n198.51.100.127\n198.51.100.130\n198.51.100.192\n198.51.100.0/24\n2001:db8:1::1\n2001:db8:2::1\n8.8.8.8\n8.8.8.0/24\n2001:4860:4860::8888\n", o)
	var got []string
	for i := range list.Entries {
		got = append(got, list.Entries[i].Range.String())
	}
	for _, r := range tally.Rejects {
		got = append(got, r.Reason)
	}
	want := []string{
		"8.8.8.0/24", "198.51.100.192", "2001:db8:2::1",
		"198.51.100.1 is in 198.51.100.0/25, which the ledger gives to unit 0: the watched network itself",
		"198.51.100.127 is in 198.51.100.0/25, which the ledger gives to unit 0: the watched network itself",
		"198.51.100.130 is in 198.51.100.128/26, which the ledger gives to unit 2: the watched network itself",
		"198.51.100.0/24 is in 198.51.100.0/25, which the ledger gives to unit 0: the watched network itself",
		"2001:db8:1::1 is in 2001:db8:1::/48, which the ledger gives to unit 3: the watched network itself",
		"8.8.8.8 is the public DNS resolver of Google, not a pool",
		"2001:4860:4860::8888 is the public DNS resolver of Google, not a pool",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
