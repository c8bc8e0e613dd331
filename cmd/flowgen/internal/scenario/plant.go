package scenario

import (
	"cmp"
	"slices"
	"strings"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/network"
	"minewatch/cmd/flowgen/internal/province"
	"minewatch/cmd/flowgen/internal/seed"
)

// Planted is what a scenario put into the week.
type Planted struct {
	Truth      []Truth
	Exclusions []province.Exclusion
}

// Plant plays all behaviours through the network. A small week has fewer hosts
// of each behaviour, but never none.
func Plant(w World, small bool) (Planted, error) {
	var p Planted
	for i := range behaviours {
		b := &behaviours[i]
		hosts := len(b.sites)
		if small {
			hosts = b.small
		}
		for index := range hosts {
			h := newHost(w, b, index)
			if h.err == nil {
				b.plant(h)
			}
			if h.err != nil {
				return Planted{}, h.err
			}
			p.Truth = append(p.Truth, h.play())
			p.Exclusions = append(p.Exclusions, h.exclusions...)
		}
	}
	return p, nil
}

// play sends the host's sessions through its routers and sums up what is true.
func (h *host) play() Truth {
	t := Truth{
		Host: h.addr, Behaviour: h.name, Class: h.class, Expected: h.grades(), Coin: h.coin, Pool: h.endpoint,
		Sampling: h.site.Sampling(), Exporters: exporters(h.site), Note: h.note,
	}
	var contact []span
	last := h.Week.End() - 3*calendar.Second
	for i, s := range h.sessions {
		rng := seed.Stream(h.Seed, "session "+h.name, h.index, i)
		flow := h.Network.Open(h.site, s.conn, rng)
		s.train(rng, s.start, min(s.end, last), flow.Packet)
		flow.Close()
		if s.aside {
			continue
		}
		contact = append(contact, span{flow.First, flow.Last})
		t.BytesUp += flow.Up.Bytes
		t.BytesDown += flow.Down.Bytes
	}
	t.Seconds, t.Days = h.measure(contact)
	return t
}

// grades are the expected ones. Sampling makes short contacts invisible and
// long ones shorter; where a behaviour is only planted behind sampling routers,
// its table row allows for that.
func (h *host) grades() string {
	if h.site.Sampling() == 1 || h.site.Name == network.Backbone || h.site.Name == network.Campus {
		return h.expected
	}
	grades, weaker := h.expected, []string{"B", "C", "-"}
	if h.class == Decoy {
		weaker = []string{"C", "X", "-"}
	}
	for _, g := range weaker {
		if !strings.Contains(grades, g) {
			grades += "|" + g
		}
	}
	return grades
}

// measure is the time that the union of the spans covers, and on how many local
// days some of it lies.
func (h *host) measure(list []span) (seconds int64, days int) {
	slices.SortFunc(list, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	var total, covered int64
	var seen [calendar.Days + 1]bool
	for _, s := range list {
		for d := h.Week.Index(s.start); d <= h.Week.Index(s.end); d++ {
			seen[d] = true
		}
		if from := max(s.start, covered); s.end > from {
			total += s.end - from
			covered = s.end
		}
	}
	for _, s := range seen[:calendar.Days] {
		if s {
			days++
		}
	}
	return (total + 500) / calendar.Second, days
}
