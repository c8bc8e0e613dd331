package analyze_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"minewatch/analyze"
	"minewatch/analyze/feed"
)

// TestResolvedFeed holds the windows that nights match with, after many rounds
// of questions, against what was answered in all of them: from the first to the
// last time that any resolver gave the address, plus the time to live.
func TestResolvedFeed(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	o := options(t)
	o.TTLDays = map[string]int{"dns": 2, "default": 300}
	start := o.Now().AddDate(0, 0, -40)
	names := "domain,port,confidence\np.example,3333,90\nq.example,3333,50\nq.example,443,50\n"
	if _, err := feed.Import(o.Lake, feed.Input{File: "n.csv", Data: []byte(names)}, feed.Options{Name: "n", Now: func() time.Time { return start }}); err != nil {
		t.Fatal(err)
	}
	ports := map[string][]int{"p.example": {3333}, "q.example": {3333, 443}}
	type seen struct{ first, last time.Time }
	said := map[string]*seen{}
	var pending []feed.Answer
	versions := 0
	for at := start.Add(time.Hour); at.Before(o.Now()); at = at.Add(time.Duration(1+r.IntN(30)) * time.Hour) {
		for _, name := range []string{"p.example", "q.example"} {
			for _, resolver := range []string{"a", "b"} {
				if r.IntN(4) == 0 {
					continue // no answer
				}
				a := feed.Answer{Name: name, Type: feed.TypeA, Status: feed.Resolved, Resolver: resolver, FirstSeen: at, LastSeen: at, TTL: 60}
				if r.IntN(20) == 0 {
					a.TTL = 4 * 24 * 3600
				}
				if a.Address = pick(r, "198.51.100.1", "198.51.100.2", "10.0.0.1", ""); a.Address == "" {
					a.Status = feed.NoSuchName
				}
				pending = append(pending, a)
				if a.Address == "" || a.Address == "10.0.0.1" {
					continue
				}
				for _, port := range ports[name] {
					key := fmt.Sprint(name, " ", a.Address, " ", port)
					s := said[key]
					if s == nil {
						s = &seen{first: at}
						said[key] = s
					}
					s.last = at
				}
			}
		}
		list, err := feed.Versions(o.Lake)
		if err != nil {
			t.Fatal(err)
		}
		known, err := feed.StandingNames(feed.Effective(list, at), o.TTLDays)
		if err != nil {
			t.Fatal(err)
		}
		settings := feed.Options{Names: known, Floor: 48 * time.Hour, RetrievedAt: at, Now: func() time.Time { return at }}
		var before *feed.Version
		if newest := list[len(list)-1]; newest.Name == feed.ResolvedFeed {
			before = &newest
		}
		learnt, err := feed.Learnt(before, pending, settings)
		if err != nil {
			t.Fatal(err)
		}
		if !learnt {
			continue
		}
		if _, err := feed.ImportAnswers(o.Lake, pending, settings); err != nil {
			t.Fatal(err)
		}
		pending, versions = nil, versions+1
	}
	if versions < 5 {
		t.Fatalf("%d versions: too few to prove anything", versions)
	}
	lag := time.Duration(0)
	for _, a := range pending {
		lag = max(lag, o.Now().Sub(a.FirstSeen))
	}
	if lag > 30*time.Hour+24*time.Hour {
		t.Errorf("answers wait for %s", lag)
	}
	got := map[string]string{}
	db, err := analyze.OpenAnalyst(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(t.Context(), `select "domain" || ' ' || address || ' ' || port, valid_from, valid_until, confidence from pools where feed = 'dns-resolved'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var from, until time.Time
		var confidence int
		if err := rows.Scan(&key, &from, &until, &confidence); err != nil {
			t.Fatal(err)
		}
		got[key] = from.UTC().Format(time.DateTime)
		s := said[key]
		if s == nil {
			t.Errorf("nobody said %s", key)
			continue
		}
		// What waits for the next version is a day older at most.
		if low, high := s.last.Add(48*time.Hour-lag), s.last.Add(96*time.Hour); until.Before(low) || until.After(high) {
			t.Errorf("%s until %s, want %s to %s", key, until, low, high)
		}
		if want := map[bool]int{true: 90, false: 50}[key[0] == 'p']; confidence != want {
			t.Errorf("%s: confidence %d, want %d", key, confidence, want)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for key, s := range said {
		want[key] = s.first.Format(time.DateTime)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("seen first (-answered +pools):\n%s", diff)
	}
}
