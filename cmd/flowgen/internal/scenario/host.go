package scenario

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/network"
	"minewatch/cmd/flowgen/internal/pool"
	"minewatch/cmd/flowgen/internal/province"
	"minewatch/cmd/flowgen/internal/seed"
	"minewatch/cmd/flowgen/internal/traffic"
	"minewatch/cmd/flowgen/internal/wire"
)

// World is what hosts are planted in.
type World struct {
	Seed     uint64
	Week     calendar.Week
	Province *province.Province
	Pools    *pool.Catalogue
	Network  *network.Network
}

// span is a time of activity, ms since 1970.
type span struct{ start, end int64 }

// session is one planned connection.
type session struct {
	span
	conn  network.Conn
	train traffic.Train
	aside bool // not with an endpoint of the feed: not part of the truth
}

// host is one planted host while it is being planned.
type host struct {
	World
	*behaviour
	index      int // among the hosts of its behaviour
	rng        *rand.Rand
	site       *network.Site
	addr       netip.Addr
	coin       string
	endpoint   netip.AddrPort // the main one
	sessions   []session
	exclusions []province.Exclusion
	err        error
}

// newHost draws the address; behaviours that need a special one draw again.
func newHost(w World, b *behaviour, index int) *host {
	h := &host{World: w, behaviour: b, index: index, rng: seed.Stream(w.Seed, "plant "+b.name, index)}
	if h.site = w.Network.Site(b.sites[index]); h.site == nil {
		h.site = w.Network.Site(network.Metro) // no such live exporter
	}
	h.addr, h.err = w.Province.Host(h.rng, h.site.Cities, "", false)
	return h
}

// choose draws an endpoint of the feed and makes it the main one if it is the
// first.
func (h *host) choose(kind pool.Kind, fits func(pool.Endpoint) bool) pool.Endpoint {
	e, ok := h.Pools.Draw(h.rng, kind, fits)
	if !ok {
		h.err = fmt.Errorf("no endpoint of kind %d suits %s %d", kind, h.name, h.index)
		return e
	}
	if !h.endpoint.IsValid() {
		h.endpoint, h.coin = e.AddrPort(), e.Coin
	}
	return e
}

// stratum draws a pool's own endpoint for a coin.
func (h *host) stratum(coin string) pool.Endpoint {
	return h.choose(pool.Stratum, func(e pool.Endpoint) bool { return e.Coin == coin })
}

// samePool draws up to n endpoints of one pool and coin on different addresses.
func (h *host) samePool(coin string, n int) []netip.AddrPort {
	first := h.stratum(coin)
	list := []netip.AddrPort{first.AddrPort()}
	for _, e := range h.Pools.Find(pool.Stratum, func(e pool.Endpoint) bool { return e.Coin == coin && e.Pool == first.Pool }) {
		fresh := !slices.ContainsFunc(list, func(a netip.AddrPort) bool { return a.Addr() == e.Addr })
		if len(list) < n && fresh {
			list = append(list, e.AddrPort())
		}
	}
	return list
}

// open plans one connection from a new local port.
func (h *host) open(to netip.AddrPort, s span, train traffic.Train) {
	local := netip.AddrPortFrom(h.addr, uint16(seed.Between(h.rng, 32768, 60999)))
	h.sessions = append(h.sessions, session{span: s, train: train, conn: network.Conn{Inside: local, Outside: to, Proto: wire.TCP}})
}

// stay keeps a train connected for a span: the connection breaks every six to
// thirty hours and comes back within twenty seconds, from another port.
func (h *host) stay(to netip.AddrPort, s span, train traffic.Train) {
	for s.start < s.end {
		end := min(s.end, s.start+int64(seed.Range(h.rng, 6, 30)*float64(calendar.Hour)))
		if s.end-end < 10*calendar.Minute {
			end = s.end
		}
		h.open(to, span{s.start, end}, train)
		s.start = end + int64(seed.Between(h.rng, 2, 20))*calendar.Second
	}
}

// always is the whole week but for a late start and the last seconds.
func (h *host) always() span {
	return span{h.Week.Start() + h.rng.Int64N(20*calendar.Minute), h.Week.End() - 10*calendar.Second}
}

// nights are the spans from 22:00 to 06:00, give or take a quarter of an hour.
func (h *host) nights() []span {
	list := []span{{h.Week.Start() + h.rng.Int64N(calendar.Minute), h.clock(0, 6)}}
	for day := range calendar.Days {
		list = append(list, span{h.clock(day, 22), min(h.clock(day+1, 6), h.Week.End()-10*calendar.Second)})
	}
	return list
}

// daily gives one span of the given hours on each of the days.
func (h *host) daily(days []int, from, hours float64) []span {
	var list []span
	for _, day := range days {
		start := h.clock(day, from)
		list = append(list, span{start, start + int64(hours*float64(calendar.Hour))})
	}
	return list
}

// clock is about the given hour of a day: up to 15 minutes later.
func (h *host) clock(day int, hour float64) int64 {
	if day == calendar.Days {
		return h.Week.End() + int64(hour*float64(calendar.Hour))
	}
	return h.Week.At(day, hour) + h.rng.Int64N(15*calendar.Minute)
}

// oneDay draws a day on which the site exports.
func (h *host) oneDay() int {
	if h.site.Live {
		return calendar.Days - 1
	}
	return seed.Between(h.rng, 1, 5)
}

// someDays draws n different days in order; a live site has only the last.
func (h *host) someDays(n int) []int {
	if h.site.Live {
		return []int{calendar.Days - 1}
	}
	days := h.rng.Perm(calendar.Days)[:n]
	slices.Sort(days)
	return days
}
