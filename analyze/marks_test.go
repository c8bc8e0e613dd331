package analyze_test

import (
	"cmp"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"minewatch/analyze"
	"minewatch/analyze/feed"
	"minewatch/analyze/iprange"
	"minewatch/analyze/ledger"
)

// markedContact is what the tests of marks look at.
type markedContact struct {
	pool                               string
	port                               int
	entry, shared, explained, by, role string
}

func markedContacts(t *testing.T, o analyze.Options) []markedContact {
	t.Helper()
	db, err := analyze.OpenAnalyst(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(t.Context(), `select pool_address, pool_port, split_part(feed_version, '@', 1) || ' ' || entry_id, shared,
		coalesce(explained, ''), coalesce(marked_by, ''), role from contacts order by all`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []markedContact
	for rows.Next() {
		var c markedContact
		if err := rows.Scan(&c.pool, &c.port, &c.entry, &c.shared, &c.explained, &c.by, &c.role); err != nil {
			t.Fatal(err)
		}
		list = append(list, c)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestMarkedContacts holds what the contacts of a night say of shared and
// mistaken addresses against a slow reading of every list, of the
// configuration and of the ledger, asked for the address that was met.
func TestMarkedContacts(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	inPart, inside := 0, 0
	for range 2 {
		o := options(t)
		o.TTLDays = map[string]int{"dns": 7, "cdn": 3, "default": 30}
		o.Internal = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
		if r.IntN(2) == 0 {
			o.Internal = append(o.Internal, netip.MustParsePrefix("2001:db8:1:8000::/49"))
		}
		store(t, o, "a", everyEndpoint()...)
		start := o.Now().AddDate(0, 0, -20)
		importAtRandom(t, r, &o, start)
		importLedger(t, o, "cidr,unit,valid_from,valid_to\n198.51.100.0/26,u,2026-11-10,2026-11-10\n198.51.100.64/26,u,,2026-11-09\n")
		for i := range 2 {
			o.FeedAsOf = start.Add(time.Duration(6*i+6)*time.Hour - time.Minute)
			nights(t, o, "2026-11-10")
			got := markedContacts(t, o)
			want, part := markOracle(t, &o, got)
			if diff := gocmp.Diff(want, got, gocmp.AllowUnexported(markedContact{})); diff != "" {
				t.Fatalf("as of %s (-oracle +contacts):\n%s", o.FeedAsOf, diff)
			}
			inPart += part
			for _, c := range got {
				if c.explained == "own" {
					inside++
				}
			}
		}
	}
	if inPart == 0 || inside == 0 {
		t.Errorf("%d contacts marked where their entry is not, %d in the watched network: the test tests nothing", inPart, inside)
	}
}

// everyEndpoint is one host that meets every address of randomList and some in
// its prefixes, on several ports.
func everyEndpoint() []talk {
	var talks []talk
	for _, pool := range []string{"198.51.100.1", "198.51.100.70", "198.51.100.200", "203.0.113.7", "2001:db8::7", "2001:db8:1::1", "2001:db8:1::2", "2001:db8:1:8000::1"} {
		for _, port := range []int{3333, 443, 1} {
			talks = append(talks, talk{host: "10.0.0.1", pool: pool, port: port, from: "2026-11-10 08:00", hours: 1, step: 600, exporter: "192.0.2.1", flags: 24})
		}
	}
	return talks
}

// markOracle says of every contact what it should; part is how many have a
// mark that their entry as a whole has not.
func markOracle(t *testing.T, o *analyze.Options, contacts []markedContact) (want []markedContact, part int) {
	t.Helper()
	said, negatives := statements(t, o), currentNegatives(t, o)
	own := ownRanges(t, o, "2026-11-10")
	for _, c := range contacts {
		entries, ok := said[c.entry]
		if !ok {
			t.Fatalf("contact %+v rests on nothing", c)
		}
		stated := lastSaid(entries)
		of := markedContact{pool: c.pool, port: c.port, entry: c.entry}
		of.shared, of.explained, of.by, of.role = mark(&stated, negatives)
		met := feed.Entry{Range: iprange.Of(netip.MustParseAddr(c.pool)), Shared: feed.Shared(of.shared), Port: c.port}
		shared, kind, by, role := mark(&met, slices.Concat(negatives, own))
		if of.shared != shared || (kind != "" && of.explained == "") {
			part++
		}
		of.shared = shared
		if role == "p2p" {
			kind = role
		}
		i, j := slices.Index(explaining, kind), slices.Index(explaining, of.explained)
		switch {
		case i < 0 || (j >= 0 && j < i):
			of.by = cmp.Or(of.by, by)
		case kind == "p2p":
			of.role, of.by = kind, by
		default:
			of.explained, of.by = kind, by
		}
		want = append(want, of)
	}
	return want, part
}

// ownRanges are the watched network of a day, in the form of a negative list.
func ownRanges(t *testing.T, o *analyze.Options, day string) []feed.Negative {
	t.Helper()
	own := func(r iprange.Range, by string) feed.Negative {
		return feed.Negative{Kind: "own", Entry: feed.Entry{Range: r, FeedVersion: by}}
	}
	var list []feed.Negative
	for _, p := range o.Internal {
		list = append(list, own(iprange.OfPrefix(p), "site.internal"))
	}
	v, _, err := ledger.Current(o.Lake, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := v.ReadRows()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if (row.ValidFrom.IsZero() || row.ValidFrom.Format(time.DateOnly) <= day) && (row.ValidTo.IsZero() || row.ValidTo.Format(time.DateOnly) >= day) {
			list = append(list, own(row.Range, v.ID()))
		}
	}
	return list
}

// TestListedInside: an address that was listed before the ledger or the
// configuration called it the watched network's own accuses nobody who meets
// it, from the day on which it is; the reason says whose word that is.
func TestListedInside(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, ledger string
		internal     []netip.Prefix
		want         []string // grade and reason of the miner, by night
	}{
		{
			name: "ledger", ledger: "cidr,unit,valid_from\n10.0.0.0/8,u,\n198.18.0.0/24,gateways,2026-11-10\n",
			want: []string{"A", "X an address of the watched network and no pool outside, by units@"},
		},
		{
			name: "configuration", ledger: "cidr,unit\n10.0.0.0/8,u\n",
			internal: []netip.Prefix{netip.MustParsePrefix("198.18.0.0/15")},
			want:     []string{"X an address of the watched network and no pool outside, by site.internal", "X an address of the watched network and no pool outside, by site.internal"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := options(t)
			o.Internal = c.internal
			o.Thresholds = map[string]float64{"a_min_days": 1}
			for _, day := range []string{"09", "10"} {
				store(t, o, day, talk{host: "10.0.0.1", pool: "198.18.0.1", port: 3333, from: "2026-11-" + day + " 08:00", hours: 2, step: 120, exporter: "192.0.2.1", flags: 24})
			}
			importFeed(t, o)
			importLedger(t, o, c.ledger)
			for i, day := range []analyze.Day{"2026-11-09", "2026-11-10"} {
				m := nights(t, o, day)[0]
				suspects, _, err := analyze.Rank(t.Context(), analyze.RankOptions{Options: o, By: "score", From: day, To: day})
				if err != nil {
					t.Fatal(err)
				}
				if len(suspects) != 1 {
					t.Fatalf("%s: %d suspects, want 1", day, len(suspects))
				}
				for _, s := range suspects {
					if got := s.Grade + " " + s.Evidence[0].Reason; !strings.HasPrefix(got, c.want[i]) {
						t.Errorf("%s: %q, want %q", day, got, c.want[i])
					}
				}
				if own := c.want[i][0] == 'X'; (m.Counts.ListedInside > 0) != own || (own && m.Counts.ListedInside != m.Counts.Contacts) {
					t.Errorf("%s: %d contacts, %d of them with listed addresses inside", day, m.Counts.Contacts, m.Counts.ListedInside)
				}
			}
		})
	}
}
