package report_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze/report"
)

// randomWeek has suspects in cities and units of very different sizes.
func randomWeek(r *rand.Rand) *report.Week {
	week := &report.Week{Name: "2026-W46", Zone: shanghai}
	host := 0
	for city := range 1 + r.IntN(9) {
		for unit := range 1 + r.IntN(12) {
			for range 1 + r.IntN(1+r.IntN(30)) {
				host++
				week.Suspects = append(week.Suspects, report.Suspect{
					Rank: host, Host: fmt.Sprintf("10.%d.%d.%d", city, host/256, host%256), Grade: string("AB"[r.IntN(2)]),
					City: fmt.Sprintf("city %d", city), Unit: fmt.Sprintf("unit %d", unit),
				})
			}
		}
	}
	return week
}

// proportional says whether places follow sizes: there is one factor by which
// each layer with more than the least place is within one of its share.
func proportional(layers []report.Layer) bool {
	low, high := 0.0, 1e9
	for _, l := range layers {
		if l.Drawn > 1 {
			low, high = max(low, float64(l.Drawn-1)/float64(l.Suspects)), min(high, float64(l.Drawn+1)/float64(l.Suspects))
		}
	}
	return low < high
}

func TestSpotCheckSharesItsPlaces(t *testing.T) {
	r := rand.New(rand.NewPCG(46, 2026)) //nolint:gosec // a test's own weeks
	for round := range 300 {
		week, size, seed := randomWeek(r), 1+r.IntN(60), r.Uint64()
		c := report.DrawSpotCheck(week, size, seed)
		want := min(size, len(week.Suspects))
		if len(c.Drawn) != want || c.Suspects != len(week.Suspects) {
			t.Fatalf("round %d: %d drawn of %d, want %d of %d", round, len(c.Drawn), c.Suspects, want, len(week.Suspects))
		}
		check := func(kind string, places, suspects int, layers []report.Layer) {
			sum, least := 0, len(layers) > 0
			for _, l := range layers {
				sum += l.Drawn
				least = least && places*l.Suspects >= suspects
				switch {
				case l.Drawn > l.Suspects:
					t.Errorf("round %d: %s %v: more than there are", round, kind, l)
				case places >= len(layers) && l.Drawn == 0:
					t.Errorf("round %d: %s %v: none of %d places for %d", round, kind, l, places, len(layers))
				case places < len(layers) && l.Drawn > 1:
					t.Errorf("round %d: %s %v: two of %d places for %d", round, kind, l, places, len(layers))
				}
			}
			if sum != places || !proportional(layers) {
				t.Errorf("round %d: %s: %d of %d places, %v", round, kind, sum, places, layers)
			}
			for _, l := range layers { // no share is below one: each is within one of its own
				if d := float64(l.Drawn) - float64(places*l.Suspects)/float64(suspects); least && (d <= -1 || d >= 1) {
					t.Errorf("round %d: %s %v: %f from its share", round, kind, l, d)
				}
			}
		}
		check("city", want, c.Suspects, c.Cities)
		units := map[string][]report.Layer{}
		for _, u := range c.Units {
			units[u.City] = append(units[u.City], u)
		}
		for _, city := range c.Cities {
			check("unit", city.Drawn, city.Suspects, units[city.City])
		}
		shuffled := *week
		shuffled.Suspects = slices.Clone(week.Suspects)
		r.Shuffle(len(shuffled.Suspects), func(i, j int) {
			shuffled.Suspects[i], shuffled.Suspects[j] = shuffled.Suspects[j], shuffled.Suspects[i]
		})
		if diff := cmp.Diff(c.Drawn, report.DrawSpotCheck(&shuffled, size, seed).Drawn); diff != "" {
			t.Fatalf("round %d: the order of the suspects decides:\n%s", round, diff)
		}
	}
}

// The documented way, gone by hand: within a unit the least SHA-256 of
// seed|address is drawn.
func TestSpotCheckCanBeRepeated(t *testing.T) {
	week := &report.Week{Name: "2026-W46", Zone: shanghai}
	var hashes []string
	for i := range 40 {
		host := fmt.Sprintf("10.0.0.%d", i)
		week.Suspects = append(week.Suspects, report.Suspect{Host: host, Grade: "A", City: "c", Unit: "u"})
		sum := sha256.Sum256([]byte("202646|" + host))
		hashes = append(hashes, hex.EncodeToString(sum[:]))
	}
	week.Suspects = append(week.Suspects, report.Suspect{Host: "10.9.9.9", Grade: "B"}, report.Suspect{Host: "10.0.1.1", Grade: "C", Unit: "u", City: "c"},
		report.Suspect{Host: "10.0.1.2", Grade: "A", Unit: "u", City: "c", ExcludedNow: true})
	slices.Sort(hashes)
	c := report.DrawSpotCheck(week, 7, report.DefaultSeed(week.Name))
	var got []string
	for _, d := range c.Drawn {
		got = append(got, d.Hash)
	}
	if diff := cmp.Diff(hashes[:7], got); diff != "" {
		t.Error(diff)
	}
	if c.NoOwner != 1 || c.Excluded != 1 || c.Suspects != 40 {
		t.Errorf("%d without owner, %d excluded, %d to draw from; want 1, 1, 40", c.NoOwner, c.Excluded, c.Suspects)
	}
	other := report.DrawSpotCheck(week, 7, 1)
	if cmp.Equal(c.Drawn, other.Drawn) {
		t.Error("another seed drew the same")
	}
}

// As in the field: 36 addresses of 20 units in 7 regions.
func TestSpotCheckOfTwentyUnits(t *testing.T) {
	week := &report.Week{Name: "2026-W46"}
	for unit := range 20 {
		for i := range 3 + unit%4 {
			week.Suspects = append(week.Suspects, report.Suspect{
				Host: fmt.Sprintf("10.%d.0.%d", unit, i), Grade: "A", City: fmt.Sprint("city ", unit%7), Unit: fmt.Sprint("unit ", unit),
			})
		}
	}
	c := report.DrawSpotCheck(week, 36, 1)
	cities, units := map[string]bool{}, map[string]bool{}
	for _, d := range c.Drawn {
		cities[d.City], units[d.Unit] = true, true
	}
	if len(c.Drawn) != 36 || len(cities) != 7 || len(units) != 20 {
		t.Errorf("%d addresses of %d units in %d regions, want 36 of 20 in 7", len(c.Drawn), len(units), len(cities))
	}
}
