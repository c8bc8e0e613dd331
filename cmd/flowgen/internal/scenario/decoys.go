package scenario

import (
	"net/netip"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/network"
	"minewatch/cmd/flowgen/internal/pool"
	"minewatch/cmd/flowgen/internal/seed"
	"minewatch/cmd/flowgen/internal/traffic"
	"minewatch/cmd/flowgen/internal/wire"
)

// brief opens a connection that ends by itself.
func (h *host) brief(to netip.AddrPort, at int64, train traffic.Train) {
	h.open(to, span{at, at}, train)
}

// prober visits 83 to 206 endpoints in 14 to 40 s, every night, as a real one
// was measured to do.
func prober(h *host) {
	for day := range calendar.Days {
		start := h.clock(day, seed.Range(h.rng, 0, 4))
		length := int64(seed.Between(h.rng, 14, 40)) * calendar.Second
		for range seed.Between(h.rng, 83, 206) {
			h.brief(h.choose(pool.Stratum, nil).AddrPort(), start+h.rng.Int64N(length), traffic.Probe)
		}
	}
}

func slowScanner(h *host) {
	const perHour = 20
	for day := range calendar.Days {
		start := h.Week.At(day, 1)
		for i := range 6 * perHour {
			at := start + int64(i)*calendar.Hour/perHour + h.rng.Int64N(2*calendar.Minute)
			h.brief(h.choose(pool.Stratum, nil).AddrPort(), at, traffic.SlowProbe)
		}
	}
}

func poolWeb(h *host) {
	e := h.choose(pool.Web, nil)
	for _, day := range h.someDays(3) {
		at := h.clock(day, float64(seed.Between(h.rng, 9, 17)))
		for range seed.Between(h.rng, 2, 4) {
			h.brief(e.AddrPort(), at, traffic.Visit)
			at += 2*calendar.Minute + h.rng.Int64N(5*calendar.Minute)
		}
	}
}

func dashboard(h *host) {
	e := h.choose(pool.Web, func(e pool.Endpoint) bool { return e.Port == 443 })
	for _, s := range h.daily(h.someDays(2), float64(seed.Between(h.rng, 9, 16)), 1./3) {
		h.open(e.AddrPort(), s, traffic.Dashboard)
	}
}

// cdnShared uses port 443 on even hosts, and the CDN's TCP proxy on 3333 on odd
// ones.
func cdnShared(h *host) {
	port := []uint16{443, 3333}[h.index%2]
	e := h.choose(pool.CDN, func(e pool.Endpoint) bool { return e.Port == port })
	for _, day := range h.someDays(6) {
		for range seed.Between(h.rng, 2, 4) {
			start := h.clock(day, seed.Range(h.rng, 8, 21))
			h.open(e.AddrPort(), span{start, start + int64(seed.Range(h.rng, 10, 50)*float64(calendar.Minute))}, traffic.Bulk)
		}
	}
}

// p2pNode has a handful of links at a time; a third of its peers are listed.
func p2pNode(h *host) {
	port := []uint16{8333, 18080, 30303}[h.index]
	for _, day := range h.someDays(5) {
		for i := range 9 {
			start := h.clock(day, seed.Range(h.rng, 0, 22))
			s := span{start, start + int64(seed.Range(h.rng, 15, 70)*float64(calendar.Minute))}
			if i%3 == 0 {
				e := h.choose(pool.P2P, func(e pool.Endpoint) bool { return e.Port == port })
				h.open(e.AddrPort(), s, traffic.Peer)
				continue
			}
			peer := netip.AddrFrom4([4]byte{198, 19, byte(h.rng.IntN(256)), byte(h.rng.IntN(256))})
			h.open(netip.AddrPortFrom(peer, port), s, traffic.Peer)
			h.sessions[len(h.sessions)-1].aside = true
		}
	}
}

func expiredEndpoint(h *host) {
	port := []uint16{443, 3333, 3333, 443}[h.index]
	e := h.choose(pool.Expired, func(e pool.Endpoint) bool { return e.Port == port })
	for _, s := range h.daily(h.someDays(5), 9, 4) {
		h.stay(e.AddrPort(), s, traffic.KeepAlive)
	}
}

func research(h *host) {
	h.mine("XMR", h.daily(weekdays, 9, 8)...)
	h.exclude("区块链安全课题（已备案）", -60, 120)
}

func scanOut(h *host) {
	for _, day := range h.someDays(3) {
		start := h.clock(day, 3)
		for i := range seed.Between(h.rng, 300, 600) {
			h.brief(h.choose(pool.Stratum, nil).AddrPort(), start+int64(i)*50, traffic.ScanOut)
		}
	}
}

// scanIn gets SYN and backscatter from pool addresses: a forged source makes
// any host look like a pool's neighbour.
func scanIn(h *host) {
	for range 200 {
		at := h.Week.At(h.oneDay(), 0) + h.rng.Int64N(24*calendar.Hour)
		train := traffic.ScanIn
		if h.rng.IntN(2) == 0 {
			train = traffic.Backscatter
		}
		h.brief(h.choose(pool.Stratum, nil).AddrPort(), at, train)
	}
}

func lowConfidence(h *host) {
	e := h.choose(pool.LowConfidence, nil)
	train := traffic.Miner(e.Coin, h.rng)
	for _, s := range h.daily(h.someDays(4), 10, 6) {
		h.stay(e.AddrPort(), s, train)
	}
}

func addressOnlyWeb(h *host) {
	e := h.choose(pool.AddressOnly, nil)
	e.Port = 443
	h.endpoint = e.AddrPort()
	for _, s := range h.daily(h.someDays(4), 13, 1.5) {
		h.open(e.AddrPort(), s, traffic.Bulk)
	}
}

// natWeb is many people's curiosity behind one address, in working hours.
func natWeb(h *host) {
	if h.addr, h.err = h.Province.Gateway(h.rng, h.site.Cities); h.err != nil {
		return
	}
	for day := range calendar.Days {
		for range seed.Between(h.rng, 40, 70) {
			h.brief(h.choose(pool.Web, nil).AddrPort(), h.clock(day, seed.Range(h.rng, 8, 22)), traffic.Visit)
		}
	}
	// Somebody else's game beside it.
	game := netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 19, 7, 7}), 9999)
	s := h.daily([]int{h.oneDay()}, 19, 2)[0]
	h.sessions = append(h.sessions, session{
		span: s, train: traffic.KeepAlive, aside: true,
		conn: network.Conn{Inside: netip.AddrPortFrom(h.addr, 50001), Outside: game, Proto: wire.TCP},
	})
}
