package feed_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"minewatch/analyze/feed"
	"minewatch/analyze/iprange"
)

const hour = time.Hour

// sighting is that a resolver gave an answer at a time.
func sighting(resolver, address string, at time.Time, ttl int) feed.Answer {
	return feed.Answer{Name: "p.example", Type: feed.TypeA, Address: address, Status: feed.Resolved, Resolver: resolver, FirstSeen: at, LastSeen: at, TTL: ttl}
}

// windowsOracle looks at every moment: an answer holds from when it was seen
// for its time to live or the floor, the last word on it counting.
func windowsOracle(sightings []feed.Answer, floor time.Duration) []string {
	byAnswer := map[string][]feed.Answer{}
	for _, s := range sightings {
		byAnswer[s.Resolver+" "+s.Address] = append(byAnswer[s.Resolver+" "+s.Address], s)
	}
	var lines []string
	for what, list := range byAnswer {
		at := map[int64]feed.Answer{}
		first, last := list[0].FirstSeen.Unix(), list[0].FirstSeen.Unix()
		for _, s := range list {
			at[s.FirstSeen.Unix()] = s
			first, last = min(first, s.FirstSeen.Unix()), max(last, s.FirstSeen.Unix())
		}
		begin, seen, until := int64(0), int64(0), int64(-1)
		for second := first; second <= last; second += 3600 {
			if begin != 0 && second > until {
				lines = append(lines, fmt.Sprint(what, " ", begin, " ", seen))
				begin = 0
			}
			if s, ok := at[second]; ok {
				if begin == 0 {
					begin = second
				}
				seen, until = second, second+max(int64(s.TTL), int64(floor/time.Second))
			}
		}
		lines = append(lines, fmt.Sprint(what, " ", begin, " ", seen))
	}
	slices.Sort(lines)
	return lines
}

// TestWindows holds the windows of random sightings, kept in portions in any
// order and several times, against the oracle.
func TestWindows(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		floor := time.Duration(1+r.IntN(48)) * hour
		seen := map[string]bool{}
		var sightings []feed.Answer
		for range 60 {
			s := sighting(fmt.Sprint("r", r.IntN(2)), fmt.Sprint("198.51.100.", r.IntN(3)), noon.Add(time.Duration(r.IntN(500))*hour), 0)
			// In the order of time, as questions are asked, any time to live.
			s.TTL = 3600 * (1 + int(s.FirstSeen.Unix()/3600*7919)%100)
			if key := s.Resolver + s.Address + s.FirstSeen.String(); !seen[key] {
				seen[key] = true
				sightings = append(sightings, s)
			}
		}
		slices.SortFunc(sightings, func(a, b feed.Answer) int { return a.FirstSeen.Compare(b.FirstSeen) })
		var kept []feed.Answer
		for i := 0; i < len(sightings); {
			end := min(len(sightings), i+1+r.IntN(10))
			kept = feed.Windows(append(kept, sightings[i:end]...), floor)
			i = max(end-r.IntN(3), i+1) // some are told twice
		}
		var got []string
		for _, w := range kept {
			got = append(got, fmt.Sprint(w.Resolver, " ", w.Address, " ", w.FirstSeen.Unix(), " ", w.LastSeen.Unix()))
		}
		slices.Sort(got)
		if diff := gocmp.Diff(windowsOracle(sightings, floor), got); diff != "" {
			t.Fatalf("floor %s (-oracle +windows):\n%s", floor, diff)
		}
	}
}

// nameFeed imports names, and returns the options to resolve them with.
func nameFeed(t *testing.T, lake, text string) feed.Options {
	t.Helper()
	before := noon.AddDate(0, 0, -1)
	o := feed.Options{Name: "names", Force: true, Now: func() time.Time { return before }}
	if _, err := feed.Import(lake, feed.Input{File: "names.csv", Data: []byte(text)}, o); err != nil {
		t.Fatal(err)
	}
	return resolving(t, lake, noon)
}

func resolving(t *testing.T, lake string, at time.Time) feed.Options {
	t.Helper()
	list, err := feed.Versions(lake)
	if err != nil {
		t.Fatal(err)
	}
	names, err := feed.StandingNames(feed.Effective(list, at), map[string]int{"default": 30})
	if err != nil {
		t.Fatal(err)
	}
	return feed.Options{Names: names, Floor: 14 * 24 * hour, RetrievedAt: at, Now: func() time.Time { return at }}
}

const poolNames = `domain,port,coin,pool,role,confidence,evidence,source,licence,valid_until
p.example,3333,XMR,Pool,stratum,90,probe_up,cert,CC0,
p.example,443,XMR,Pool,web,60,list,cert,CC0,
q.example,,,Other,,50,list,,,2026-12-01
`

// resolved imports answers and returns the entries that stand, a line each.
func resolved(t *testing.T, lake string, o feed.Options, answers ...feed.Answer) []string {
	t.Helper()
	result, err := feed.ImportAnswers(lake, answers, o)
	if err != nil {
		t.Fatal(err)
	}
	return stands(t, &result.Version)
}

func stands(t *testing.T, v *feed.Version) []string {
	t.Helper()
	c, err := v.Standing()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for i := range c.Entries {
		lines = append(lines, columns(&c.Entries[i], "address", "port", "coin", "role", "confidence", "evidence", "source", "first_seen", "last_seen", "valid_until", "source_ref"))
	}
	return lines
}

// An answer makes an entry of each endpoint of its name, which says what it
// rests on. Two resolvers with the same answer make one entry.
func TestImportAnswers(t *testing.T) {
	lake := t.TempDir()
	o := nameFeed(t, lake, poolNames)
	version := o.Names[0].FeedVersion
	day := noon.AddDate(0, 0, -1)
	other := sighting("b", "2001:db8::8", noon, 60)
	other.Name, other.Type = "q.example", feed.TypeAAAA
	got := resolved(t, lake, o, sighting("a", "198.51.100.7", day, 60), sighting("b", "198.51.100.7", noon, 60), other)
	want := []string{
		"198.51.100.7 443 XMR web 60 dns cert 2026-11-21 12:00:00 2026-11-22 12:00:00  p.example of " + version + ", resolved by a, b",
		"198.51.100.7 3333 XMR stratum 90 dns cert 2026-11-21 12:00:00 2026-11-22 12:00:00  p.example of " + version + ", resolved by a, b",
		"2001:db8::8 0  unknown 50 dns names 2026-11-22 12:00:00 2026-11-22 12:00:00 2026-12-01 23:59:59 q.example of " + version + ", resolved by b",
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

// What a resolver answers goes through the gate: warning pages, sinkholes and
// the watched network become nobody's pool.
func TestAnswersAtTheGate(t *testing.T) {
	lake := t.TempDir()
	var names strings.Builder
	names.WriteString("domain,port\np.example,3333\n")
	for i := range 11 {
		fmt.Fprintf(&names, "a.x%d.example,3333\n", i)
	}
	o := nameFeed(t, lake, names.String())
	o.Own = []feed.Owned{{Range: iprange.OfPrefix(netip.MustParsePrefix("203.0.113.0/24")), What: "internal by the configuration"}}
	var answers []feed.Answer
	for _, a := range []string{"10.1.1.1", "0.0.0.0", "127.0.0.1", "169.254.1.1", "203.0.113.9", "8.8.8.8", "198.51.100.7", "::1", "fd00::1", "::"} {
		s := sighting("r", a, noon, 60)
		if strings.Contains(a, ":") {
			s.Type = feed.TypeAAAA
		}
		answers = append(answers, s)
	}
	for i := range 11 {
		s := sighting("r", "198.51.100.66", noon, 60) // one page for all
		s.Name = fmt.Sprintf("a.x%d.example", i)
		answers = append(answers, s)
	}
	result, err := feed.ImportAnswers(lake, answers, o)
	if err != nil {
		t.Fatal(err)
	}
	if got := stands(t, &result.Version); len(got) != 1 || !strings.HasPrefix(got[0], "198.51.100.7 ") {
		t.Errorf("entries %q, want 198.51.100.7 alone", got)
	}
	kept, err := result.Version.Answers()
	if err != nil {
		t.Fatal(err)
	}
	refused := map[string]int{}
	for _, a := range kept {
		_, reason, _ := strings.Cut(a.Refused, ", ")
		refused[cmp.Or(reason, a.Refused)]++
	}
	want := map[string]int{
		"": 1, "private (RFC 1918): no pool can be there": 1, "this network (RFC 791): no pool can be there": 1, "loopback (RFC 1122): no pool can be there": 1,
		"link-local (RFC 3927): no pool can be there": 1, "internal by the configuration: the watched network itself": 1, "not a pool": 1,
		"loopback (RFC 4291): no pool can be there": 1, "private (RFC 4193): no pool can be there": 1, "the unspecified address (RFC 4291): no pool can be there": 1,
		"a parking page, or what the resolver says of names that do not exist": 11,
	}
	if diff := gocmp.Diff(want, refused); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	if len(result.Rejects) != 20 {
		t.Errorf("%d answers were told, want 20", len(result.Rejects))
	}
}

// A version is made of what is new, and once a day of what is not.
func TestLearnt(t *testing.T) {
	lake := t.TempDir()
	o := nameFeed(t, lake, poolNames)
	learnt := func(at time.Time, before *feed.Version, pending ...feed.Answer) bool {
		t.Helper()
		is, err := feed.Learnt(before, pending, resolving(t, lake, at))
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
	if learnt(noon, nil) {
		t.Error("nothing at all was learnt")
	}
	result, err := feed.ImportAnswers(lake, []feed.Answer{sighting("a", "198.51.100.7", noon, 60)}, o)
	if err != nil {
		t.Fatal(err)
	}
	v := &result.Version
	nothing := sighting("a", "", noon.Add(hour), 60)
	nothing.Status = feed.NoSuchName
	for _, test := range []struct {
		what    string
		after   time.Duration
		pending []feed.Answer
		want    bool
	}{
		{"no answer", 48 * hour, nil, false},
		{"a repetition within a day", hour, []feed.Answer{sighting("a", "198.51.100.7", noon.Add(hour), 60)}, false},
		{"a repetition after a day", 24 * hour, []feed.Answer{sighting("a", "198.51.100.7", noon.Add(24*hour), 60)}, true},
		{"another address", hour, []feed.Answer{sighting("a", "198.51.100.8", noon.Add(hour), 60)}, true},
		{"another resolver", hour, []feed.Answer{sighting("b", "198.51.100.7", noon.Add(hour), 60)}, true},
		{"no such name", hour, []feed.Answer{nothing}, true},
	} {
		if got := learnt(noon.Add(test.after), v, test.pending...); got != test.want {
			t.Errorf("%s: worth a version is %v, want %v", test.what, got, test.want)
		}
	}
	// Names that a feed adds, withdraws or forgets change what the answers make.
	at := noon.Add(2 * hour)
	change := func(text string, replace bool) {
		t.Helper()
		if _, err := feed.Import(lake, feed.Input{File: "names.csv", Data: []byte(text)}, feed.Options{Name: "names", Force: true, Replace: replace, Now: func() time.Time { return at }}); err != nil {
			t.Fatal(err)
		}
	}
	change(strings.Replace(poolNames, "CC0,", "CC0,2026-11-22 13:00:00", 1), false)
	if !learnt(at, v) {
		t.Error("a name was withdrawn")
	}
	got := resolved(t, lake, resolving(t, lake, at))
	if len(got) != 2 || !strings.Contains(strings.Join(got, "\n"), "198.51.100.7 3333 XMR stratum 90 dns cert 2026-11-22 12:00:00 2026-11-22 12:00:00 2026-11-22 13:00:00") {
		t.Errorf("the entry of a name that was withdrawn at 13:00:\n%s", strings.Join(got, "\n"))
	}
	change("r.example\n", true)
	if got := resolved(t, lake, resolving(t, lake, at.Add(hour))); len(got) != 0 {
		t.Errorf("entries of names that were forgotten:\n%s", strings.Join(got, "\n"))
	}
}

// An answer that is repeated extends the entry, one that is not lets it run out;
// so does that there is no such name.
func TestVanishedAnswer(t *testing.T) {
	lake := t.TempDir()
	o := nameFeed(t, lake, poolNames)
	resolved(t, lake, o, sighting("a", "198.51.100.7", noon, 60), sighting("a", "198.51.100.8", noon, 60))
	at := noon.Add(25 * hour)
	nothing := sighting("a", "", at, 60)
	nothing.Type, nothing.Status = feed.TypeAAAA, feed.NoSuchName
	got := resolved(t, lake, resolving(t, lake, at), sighting("a", "198.51.100.8", at, 60), nothing)
	var short []string
	for _, line := range got {
		if strings.Contains(line, " 3333 ") {
			short = append(short, strings.Join(strings.Fields(line)[7:11], " "))
		}
	}
	want := []string{"2026-11-22 12:00:00 2026-11-22 12:00:00", "2026-11-22 12:00:00 2026-11-23 13:00:00"}
	if diff := gocmp.Diff(want, short); diff != "" {
		t.Errorf("windows (-want +got):\n%s", diff)
	}
}

// A time to live that is longer than that of the evidence counts.
func TestLongTTL(t *testing.T) {
	lake := t.TempDir()
	o := nameFeed(t, lake, "domain,port\np.example,3333\n")
	o.Floor = 24 * hour
	got := resolved(t, lake, o, sighting("a", "198.51.100.7", noon, 3*24*3600), sighting("b", "198.51.100.8", noon, 60))
	if len(got) != 2 || !strings.Contains(got[0], " 2026-11-25 12:00:00 p.example") || !strings.Contains(got[1], "2026-11-22 12:00:00  p.example") {
		t.Errorf("entries:\n%s", strings.Join(got, "\n"))
	}
}

func TestReservedName(t *testing.T) {
	o := options()
	o.Name = feed.ResolvedFeed
	if _, err := feed.Import(t.TempDir(), feed.Input{File: "f", Data: []byte("198.51.100.7\n")}, o); err == nil || !strings.Contains(err.Error(), "give another with --name") {
		t.Errorf("a list of that name: %v", err)
	}
}
