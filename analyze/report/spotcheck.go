package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// SpotCheck is a sample of a week's suspects, to be looked at on site. It is
// drawn in layers: places are shared among the cities, those of a city among its
// units, and a unit's addresses are taken in the order of their hashes.
type SpotCheck struct {
	Week     *Week
	Seed     uint64
	Asked    int // addresses
	Drawn    []Drawn
	Suspects int // that could be drawn
	NoOwner  int // suspects that could not: nobody can be visited
	Excluded int // suspects that were not to be: a registered exclusion covers them by now
	Cities   []Layer
	Units    []Layer // by city
}

// Layer is a city or a unit that was drawn from.
type Layer struct {
	City     string
	Unit     string // "" = the city as a whole
	Suspects int
	Drawn    int // of them
}

// Drawn is an address of a spot check.
type Drawn struct {
	Suspect
	Hash           string // that decided
	OfCity, OfUnit Layer
}

// DefaultSeed is the digits of a week: it is known to all beforehand, and nobody
// chose it.
func DefaultSeed(week string) uint64 {
	var seed uint64
	for _, r := range week {
		if r >= '0' && r <= '9' {
			seed = seed*10 + uint64(r-'0')
		}
	}
	return seed
}

// DrawSpotCheck draws size of the week's suspects of grade A and B that have an
// owner and are not excluded by now. The same suspects, size and seed give the same sample, in whatever order
// the suspects stand.
func DrawSpotCheck(week *Week, size int, seed uint64) *SpotCheck {
	c := &SpotCheck{Week: week, Seed: seed, Asked: size}
	type place struct{ city, unit string }
	hosts := map[place][]*Suspect{}
	inCity := map[string]int{}
	units := map[string]map[string]bool{}
	for i := range week.Suspects {
		s := &week.Suspects[i]
		if s.Grade != "A" && s.Grade != "B" {
			continue
		}
		switch {
		case s.Unit == "":
			c.NoOwner++
			continue
		case s.ExcludedNow:
			c.Excluded++
			continue
		}
		at := place{s.City, s.Unit}
		hosts[at] = append(hosts[at], s)
		inCity[s.City]++
		if units[s.City] == nil {
			units[s.City] = map[string]bool{}
		}
		units[s.City][s.Unit] = true
		c.Suspects++
	}
	ofCity := apportion(size, strataOf(inCity), seed)
	for _, city := range slices.Sorted(maps.Keys(inCity)) {
		c.Cities = append(c.Cities, Layer{City: city, Suspects: inCity[city], Drawn: ofCity[city]})
		sizes := map[string]int{}
		for unit := range units[city] {
			sizes[unit] = len(hosts[place{city, unit}])
		}
		ofUnit := apportion(ofCity[city], strataOf(sizes), seed)
		for _, unit := range slices.Sorted(maps.Keys(sizes)) {
			layer := Layer{City: city, Unit: unit, Suspects: sizes[unit], Drawn: ofUnit[unit]}
			c.Units = append(c.Units, layer)
			c.draw(hosts[place{city, unit}], c.Cities[len(c.Cities)-1], layer)
		}
	}
	return c
}

func strataOf(sizes map[string]int) []stratum {
	var list []stratum
	for name, size := range sizes {
		list = append(list, stratum{name, size})
	}
	return list
}

// draw takes the first of a unit's addresses by their hashes.
func (c *SpotCheck) draw(from []*Suspect, city, unit Layer) {
	var all []Drawn
	for _, s := range from {
		all = append(all, Drawn{Suspect: *s, Hash: drawHash(c.Seed, s.Host), OfCity: city, OfUnit: unit})
	}
	slices.SortFunc(all, func(a, b Drawn) int {
		return cmp.Or(strings.Compare(a.Hash, b.Hash), strings.Compare(a.Host, b.Host))
	})
	c.Drawn = append(c.Drawn, all[:unit.Drawn]...)
}
