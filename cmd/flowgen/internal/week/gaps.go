package week

import (
	"math/rand/v2"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/network"
	"minewatch/cmd/flowgen/internal/seed"
	"minewatch/cmd/flowgen/internal/wire"
)

// lossOneIn is the datagrams of which one is lost on the way.
const lossOneIn = 100

// gaps are what of a router's exports never arrives: single datagrams, and all
// of them while it, or the way to it, is down. Its numbering goes on.
type gaps struct {
	rng        *rand.Rand
	from, till int64
}

// newGaps draws an outage of two to six hours for a router.
func newGaps(o *Options, r *network.Router) *gaps {
	g := &gaps{rng: seed.Stream(o.Seed, "gaps "+r.Name)}
	g.from = o.Week.At(seed.Between(g.rng, 0, calendar.Days-1), seed.Range(g.rng, 0, 18))
	g.till = g.from + int64(seed.Range(g.rng, 2, 6)*float64(calendar.Hour))
	return g
}

// swallow decides about one datagram. Templates get through between outages,
// so that what follows can be read.
func (g *gaps) swallow(at int64, t wire.Tally) bool {
	if g == nil {
		return false
	}
	lost := g.rng.IntN(lossOneIn) == 0 && t.Records > 0
	return lost || at >= g.from && at < g.till
}
