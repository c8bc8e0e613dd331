package analyze_test

import (
	"cmp"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"minewatch/analyze"
	"minewatch/analyze/feed"
)

// pick is one of the values at random.
func pick[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }

// randomList is a list of a few endpoints, with dates here and there.
func randomList(r *rand.Rand) string {
	base := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	day := func(from int) string {
		if r.IntN(2) == 0 {
			return ""
		}
		return base.AddDate(0, 0, from+r.IntN(20)).Format(time.DateTime)
	}
	rows := []string{"address,port,confidence,evidence,shared,role,first_seen,last_seen,valid_from,valid_until"}
	for _, endpoint := range []string{"198.51.100.1,3333", "198.51.100.1,443", "198.51.100.200,1", "198.51.100.0/24,", "203.0.113.7,1", "2001:db8::7,3333", "2001:db8:1::/48,"} {
		if r.IntN(3) > 0 {
			rows = append(rows, fmt.Sprintf("%s,%d,%s,%s,%s,%s,%s,%s,%s", endpoint, r.IntN(100), pick(r, "list", "dns", "probe_up"),
				pick(r, "", "", "cdn", "vpn", "hosting"), pick(r, "", "stratum"), day(-60), day(-39), day(-60), day(-10)))
		}
	}
	return strings.Join(append(rows, "192.0.2.1,9,1,list,,,,,,"), "\n")
}

func randomNegatives(r *rand.Rand) string {
	rows := []string{"192.0.2.255"}
	for _, s := range []string{"198.51.100.0/24", "198.51.100.1:443", "198.51.100.1:443", "198.51.0.0/16", "198.0.0.0/8", "203.0.113.7", "203.0.113.6", "198.51.100.192/26", "2001:db8::/32", "2001:db8::/48", "2001:db8:1::1"} {
		if r.IntN(6) == 0 {
			rows = append(rows, s)
		}
	}
	return strings.Join(rows, "\n")
}

// TestEffectiveFeed holds what the nights match with, at any moment of many
// random imports, against a slow reading of all that was imported until then.
func TestEffectiveFeed(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 2 {
		o := options(t)
		o.TTLDays = map[string]int{"dns": 7, "cdn": 3, "default": 30}
		start := o.Now().AddDate(0, 0, -20)
		importAtRandom(t, r, &o, start)
		for i := range 4 {
			o.FeedAsOf = start.Add(time.Duration(3*i+1)*time.Hour - time.Minute)
			want, got := oracle(t, &o), effective(t, o)
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Fatalf("as of %s (-oracle +queries):\n%s", o.FeedAsOf, diff)
			}
		}
	}
}

// importAtRandom imports twelve lists, one an hour.
func importAtRandom(t *testing.T, r *rand.Rand, o *analyze.Options, start time.Time) {
	t.Helper()
	for i := range 12 {
		at := start.Add(time.Duration(i) * time.Hour)
		settings := feed.Options{
			Name: pick(r, "a", "b"), RetrievedAt: start.AddDate(0, 0, -r.IntN(10)), Force: true,
			Replace: r.IntN(8) == 0, Now: func() time.Time { return at },
		}
		text := randomList(r)
		if r.IntN(2) == 0 {
			settings.Negative = pick(r, feed.Kinds()...)
			settings.Name, text = string(settings.Negative), randomNegatives(r)
		}
		if _, err := feed.Import(o.Lake, feed.Input{File: "f", Data: []byte(text)}, settings); err != nil {
			t.Fatal(err)
		}
	}
}

func effective(t *testing.T, o analyze.Options) []string {
	t.Helper()
	db, err := analyze.OpenAnalyst(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(t.Context(), `select entry_id, feed, feed_version, confidence, evidence, role, shared,
		coalesce(explained, ''), coalesce(marked_by, ''), epoch_ms(valid_from), epoch_ms(valid_until) from pools`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		list = append(list, scanText(t, rows))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return list
}

func scanText(t *testing.T, rows *sql.Rows) string {
	t.Helper()
	var id, name, version, evidence, role, shared, explained, by string
	var confidence int
	var from, until int64
	if err := rows.Scan(&id, &name, &version, &confidence, &evidence, &role, &shared, &explained, &by, &from, &until); err != nil {
		t.Fatal(err)
	}
	return entryLine(id, name, version, confidence, evidence, role, shared, explained, by, time.UnixMilli(from), time.UnixMilli(until))
}

func entryLine(id, name, version string, confidence int, evidence, role, shared, explained, by string, from, until time.Time) string {
	return fmt.Sprint(id, " ", name, " ", version, " ", confidence, " ", evidence, " ", role, " ", shared, " ", explained, " ", by, " ",
		from.UTC().Format(time.DateTime), " ", until.UTC().Format(time.DateTime))
}

// oracle says of each endpoint what all versions that were there say together.
func oracle(t *testing.T, o *analyze.Options) []string {
	t.Helper()
	negatives := currentNegatives(t, o)
	var list []string
	for _, entries := range statements(t, o) {
		list = append(list, judge(o, entries, negatives))
	}
	slices.Sort(list)
	return list
}

// statements are all that the versions that were there say, by feed and endpoint.
func statements(t *testing.T, o *analyze.Options) map[string][]feed.Entry {
	t.Helper()
	versions, err := feed.Versions(o.Lake)
	if err != nil {
		t.Fatal(err)
	}
	said := map[string][]feed.Entry{}
	for _, v := range versions {
		if v.ImportedAt.After(o.FeedAsOf) {
			continue
		}
		if v.Settings["replace"] != "" {
			for key := range said {
				if strings.HasPrefix(key, v.Name+" ") {
					delete(said, key)
				}
			}
		}
		c, err := v.Read()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range c.Entries {
			said[v.Name+" "+e.ID] = append(said[v.Name+" "+e.ID], e)
		}
	}
	return said
}

func currentNegatives(t *testing.T, o *analyze.Options) []feed.Negative {
	t.Helper()
	versions, err := feed.Negatives(o.Lake)
	if err != nil {
		t.Fatal(err)
	}
	last := map[string][]feed.Negative{}
	for _, v := range versions {
		if v.ImportedAt.After(o.FeedAsOf) {
			continue
		}
		if last[v.Name], err = v.ReadNegatives(); err != nil {
			t.Fatal(err)
		}
	}
	var all []feed.Negative
	for _, list := range last {
		all = append(all, list...)
	}
	return all
}

// judge is one line of the effective feed: of one endpoint, all that one feed
// ever said, in any order.
func judge(o *analyze.Options, said []feed.Entry, negatives []feed.Negative) string {
	latest := lastSaid(said)
	var seen, firstSeen, validFrom time.Time
	for _, e := range said {
		sighting := e.LastSeen
		if sighting.IsZero() {
			sighting = e.RetrievedAt
		}
		if sighting.After(seen) {
			seen = sighting
		}
		if !e.FirstSeen.IsZero() && (firstSeen.IsZero() || e.FirstSeen.Before(firstSeen)) {
			firstSeen = e.FirstSeen
		}
		if !e.ValidFrom.IsZero() && (validFrom.IsZero() || e.ValidFrom.Before(validFrom)) {
			validFrom = e.ValidFrom
		}
	}
	shared, explained, by, role := mark(&latest, negatives)
	from := time.Unix(0, 0)
	if !validFrom.IsZero() {
		from = validFrom
	} else if !firstSeen.IsZero() {
		from = firstSeen
	}
	days, ok := o.TTLDays[string(latest.Evidence)]
	if !ok {
		days = o.TTLDays["default"]
	}
	if shared == "cdn" {
		days = o.TTLDays["cdn"]
	}
	until := seen.AddDate(0, 0, days)
	if !latest.ValidUntil.IsZero() {
		until = latest.ValidUntil
	}
	return entryLine(latest.ID, latest.Feed, latest.FeedVersion, latest.Confidence, string(latest.Evidence), role, shared, explained, by, from, until)
}

// lastSaid is what the list retrieved last says.
func lastSaid(said []feed.Entry) feed.Entry {
	return slices.MaxFunc(said, func(a, b feed.Entry) int {
		return cmp.Or(a.RetrievedAt.Compare(b.RetrievedAt), cmp.Compare(a.FeedVersion, b.FeedVersion))
	})
}

// sharing and explaining are what negative lists say, the word that decides first.
var (
	sharing    = []string{"cdn", "vpn", "hosting"}
	explaining = []string{"own", "false_positive", "sinkhole", "resolver", "p2p"}
)

// mark asks every range of every negative list.
func mark(e *feed.Entry, negatives []feed.Negative) (shared, explained, by, role string) {
	shared, role = string(e.Shared), string(e.Role)
	var sharedBy, explainedBy, kind string
	strongest := ""
	for _, n := range negatives {
		if !n.Range.Covers(e.Range) || (n.Port != 0 && n.Port != e.Port) {
			continue
		}
		if i := slices.Index(sharing, string(n.Kind)); i >= 0 {
			if j := slices.Index(sharing, strongest); j < 0 || i < j || (i == j && n.FeedVersion < sharedBy) {
				strongest, sharedBy = string(n.Kind), n.FeedVersion
			}
		}
		if i := slices.Index(explaining, string(n.Kind)); i >= 0 {
			if j := slices.Index(explaining, kind); j < 0 || i < j || (i == j && n.FeedVersion < explainedBy) {
				kind, explainedBy = string(n.Kind), n.FeedVersion
			}
		}
	}
	if i, j := slices.Index(sharing, strongest), slices.Index(sharing, shared); i >= 0 && (j < 0 || i < j) {
		shared = strongest
	}
	if by = explainedBy; by == "" {
		by = sharedBy
	}
	if kind == "p2p" {
		return shared, "", by, "p2p"
	}
	return shared, kind, by, role
}
