package analyze_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze"
	"minewatch/analyze/feed"
)

// lateFeed names what the first feed does not: two endpoints, a prefix, a
// coin node, and an endpoint that begins to be valid long after the flows.
const lateFeed = `ip,port,proto,coin,pool,first_seen,last_seen,confidence,evidence,role
198.18.0.9,3333,tcp,XMR,latepool,2026-10-01,2026-11-15,90,probe_up,stratum
198.18.0.10,4444,tcp,XMR,latepool,,2026-11-15,90,probe_up,stratum
2001:db8:7::/48,,tcp,XMR,latepool,,2026-11-15,90,probe_up,stratum
198.18.0.11,8333,tcp,BTC,,,2026-11-15,90,p2p_seed,p2p
198.18.0.12,3333,tcp,BTC,latepool,2027-01-01,2027-02-01,90,probe_up,stratum
`

func importAs(t *testing.T, o analyze.Options, name, text string, at time.Time) {
	t.Helper()
	_, err := feed.Import(o.Lake, feed.Input{File: name + ".csv", Data: []byte(text)}, feed.Options{Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
}

// past is eight days of a miner whose pool is known, and of hosts that meet
// what is learnt later.
func past() []talk {
	at := func(host, pool string, port int, from string, hours float64) talk {
		return talk{host: host, pool: pool, port: port, from: "2026-11-" + from, hours: hours, step: 120, exporter: "192.0.2.1", flags: 24}
	}
	var talks []talk
	for day := 3; day <= 10; day++ {
		talks = append(talks, at("10.0.0.1", "198.18.0.1", 3333, fmt.Sprintf("%02d 00:30", day), 3))
	}
	return append(talks,
		at("10.0.0.2", "198.18.0.9", 3333, "03 08:00", 5),
		at("10.0.0.2", "198.18.0.9", 3333, "04 08:00", 5),
		at("10.0.0.2", "198.18.0.1", 3333, "08 08:00", 2), // its grade of that night changes by the days before
		at("10.0.0.3", "198.18.0.10", 9999, "06 08:00", 2),
		at("2001:db8::5", "2001:db8:7::1", 443, "06 23:30", 1), // over midnight
		at("10.0.0.6", "198.18.0.11", 8333, "10 08:00", 2),
		at("10.0.0.7", "198.18.0.12", 3333, "10 08:00", 2))
}

func allDays() []analyze.Day {
	var days []analyze.Day
	for day := analyze.Day("2026-11-03"); day <= "2026-11-10"; day = day.Add(1) {
		days = append(days, day)
	}
	return days
}

func late(t *testing.T, o analyze.Options, days []analyze.Day) []string {
	t.Helper()
	var told []string
	err := analyze.LateNights(t.Context(), o, days, func(p analyze.PastNight) {
		line := fmt.Sprintf("%s %s %d", p.Day[8:], p.Outcome, p.Endpoints)
		if p.Presumed {
			line += " presumed"
		}
		told = append(told, line)
		if (p.Manifest != nil) != (p.Outcome == analyze.OutcomeRun || p.Outcome == analyze.OutcomeRegraded) {
			t.Errorf("%s %s: manifest %v", p.Day, p.Outcome, p.Manifest)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return told
}

// TestLateNights: what the search for late-learnt endpoints publishes is what
// running all nights again would.
func TestLateNights(t *testing.T) {
	t.Parallel()
	o, full := options(t), options(t)
	early, later := o.Now().AddDate(0, 0, -2), o.Now().AddDate(0, 0, -1)
	for _, lake := range []analyze.Options{o, full} {
		store(t, lake, "a", past()...)
		importAs(t, lake, "pools", poolFeed, early)
		nights(t, lake, allDays()...)
		importAs(t, lake, "late", lateFeed, later)
	}
	before := published(t, o)

	got := late(t, o, allDays())
	want := []string{
		"03 run 3", "04 run 3", "05 searched 3", "06 run 3", "07 run 3", "08 searched 3", "09 searched 3", "10 searched 3",
		"05 regraded 0", "08 regraded 0", "09 regraded 0", "10 regraded 0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	nights(t, full, allDays()...)
	found, all := published(t, o), published(t, full)
	// The day of the endpoint that is valid much later alone differs: far
	// outside of a window nobody is looked for.
	for path := range found {
		if strings.Contains(path, "day=2026-11-10") {
			delete(found, path)
			delete(all, path)
		}
	}
	if diff := cmp.Diff(all, found); diff != "" {
		t.Errorf("not what a full run gives (-full +got):\n%s", diff)
	}
	if maps.Equal(before, found) {
		t.Error("nothing was found")
	}

	// Said once, known ever after, also where a night was graded anew.
	if again := late(t, o, allDays()); slices.ContainsFunc(again, func(s string) bool { return !strings.HasSuffix(s, " known 0") }) {
		t.Errorf("searched again: %v", again)
	}
}

// TestLateFlowsGone: a night whose flows were deleted stands, and a day
// without a night gets one.
func TestLateFlowsGone(t *testing.T) {
	o := options(t)
	store(t, o, "a", past()...)
	importAs(t, o, "pools", poolFeed, o.Now().AddDate(0, 0, -2))
	nights(t, o, "2026-11-03")
	importAs(t, o, "late", lateFeed, o.Now().AddDate(0, 0, -1))
	before := published(t, o)
	if err := os.RemoveAll(o.Lake + "/flows/date=2026-11-02/hour=16"); err != nil {
		t.Fatal(err)
	}
	got := late(t, o, []analyze.Day{"2026-11-03", "2026-11-04"})
	if diff := cmp.Diff([]string{"03 flows_gone 0", "04 run 0"}, got); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	after := published(t, o)
	for path, hash := range before {
		if after[path] != hash {
			t.Errorf("%s was changed", path)
		}
	}
}

// TestFeedAsOf: after many imports, of other feeds and of newer versions of
// the same, the night of then is the same by the byte, and that of today has
// what was learnt since.
func TestFeedAsOf(t *testing.T) {
	t.Parallel()
	o := options(t)
	store(t, o, "a", past()...)
	then := o.Now().AddDate(0, 0, -9)
	importAs(t, o, "pools", poolFeed, then)
	importAs(t, o, "other", "ip,port,last_seen\n198.18.0.2,3333,2026-11-01\n", then.Add(time.Hour))
	days := []analyze.Day{"2026-11-03", "2026-11-04", "2026-11-06"}
	nights(t, o, days...)
	want := published(t, o)

	for i := range 5 {
		at := then.AddDate(0, 0, 1+i)
		importAs(t, o, "pools", poolFeed+fmt.Sprintf("198.18.0.%d,3333,tcp,XMR,p%d,2026-11-15,%d,list\n", 9+i, i, 50+i), at)
		importAs(t, o, "other", fmt.Sprintf("ip,port,last_seen\n198.18.0.%d,3333,2026-11-15\n", 1+i), at)
		importAs(t, o, fmt.Sprintf("new%d", i), lateFeed, at)
	}
	nights(t, o, days...)
	if cmp.Equal(want, published(t, o)) {
		t.Error("today's feed finds nothing more")
	}
	o.FeedAsOf = then.Add(2 * time.Hour)
	nights(t, o, days...)
	if diff := cmp.Diff(want, published(t, o)); diff != "" {
		t.Errorf("the nights of then differ:\n%s", diff)
	}
}

// TestSameBytesRetrievedAgain: a list that did not change, retrieved again,
// has the same ID and keeps its endpoints alive longer. A night before it does
// not know that, whatever it was searched for in between, and once it was
// searched for both it does.
func TestSameBytesRetrievedAgain(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.TTLDays = map[string]int{"default": 5}
	store(t, o, "a", past()...)
	const list = "ip,port,confidence\n198.18.0.9,3333,90\n"
	retrieved := func(day string, at time.Time) {
		t.Helper()
		of, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		_, err = feed.Import(o.Lake, feed.Input{File: "undated.csv", Data: []byte(list)}, feed.Options{RetrievedAt: of, Now: func() time.Time { return at }})
		if err != nil {
			t.Fatal(err)
		}
	}
	hour := func(n int) time.Time { return o.Now().Add(time.Duration(n) * time.Hour) }
	ran, clock := o, hour(1)
	ran.Now = func() time.Time { return clock }
	search := func(want string) {
		t.Helper()
		days := []analyze.Day{"2026-11-04", "2026-11-09"}
		if diff := cmp.Diff(want, strings.Join(late(t, ran, days), ", ")); diff != "" {
			t.Errorf("outcomes (-want +got):\n%s", diff)
		}
		out, err := analyze.FindOutdated(o.Lake, days)
		if err != nil || len(out.Late)+len(out.Rerun) > 0 {
			t.Errorf("outdated after the search: %+v, %v", out, err)
		}
	}
	importAs(t, o, "pools", poolFeed, hour(0))
	retrieved("2026-10-01", hour(0)) // over long before
	nights(t, ran, "2026-11-04", "2026-11-09")
	search("04 known 0, 09 known 0")
	retrieved("2026-10-02", hour(2))
	out, err := analyze.FindOutdated(o.Lake, []analyze.Day{"2026-11-04", "2026-11-09"})
	if err != nil || len(out.Late) != 2 || len(out.Feeds) != 1 {
		t.Errorf("before the search: %+v, %v", out, err)
	}
	search("04 known 0, 09 known 0")
	retrieved("2026-11-05", hour(3))
	clock = hour(4)
	search("04 run 1, 09 searched 1, 09 regraded 0")
	search("04 known 0, 09 known 0")
}

// TestLateStreak: where day after day meets what is new, most days are run
// without a search before; a day between that does not is none the worse.
func TestLateStreak(t *testing.T) {
	t.Parallel()
	o := options(t)
	var talks []talk
	for day := 1; day <= 8; day++ {
		pool := "198.18.0.9"
		if day == 5 || day == 8 {
			pool = "198.18.0.1" // known
		}
		talks = append(talks, talk{host: "10.0.0.1", pool: pool, port: 3333, from: fmt.Sprintf("2026-11-%02d 08:00", day), hours: 1, step: 600, exporter: "192.0.2.1", flags: 24})
	}
	store(t, o, "a", talks...)
	importAs(t, o, "pools", poolFeed, o.Now().AddDate(0, 0, -2))
	var days []analyze.Day
	for day := analyze.Day("2026-11-01"); day <= "2026-11-08"; day = day.Add(1) {
		days = append(days, day)
	}
	nights(t, o, days...)
	importAs(t, o, "late", lateFeed, o.Now().AddDate(0, 0, -1))
	got := late(t, o, days)
	want := []string{
		"01 run 3", "02 run 3", "03 run 3",
		"04 run 3 presumed", "05 run 3 presumed", "06 run 3 presumed",
		"07 run 3",
		"08 run 3 presumed",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	if again := late(t, o, days); slices.ContainsFunc(again, func(s string) bool { return !strings.HasSuffix(s, " known 0") }) {
		t.Errorf("searched again: %v", again)
	}
}
