package scenario

import (
	"net/netip"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/pool"
	"minewatch/cmd/flowgen/internal/seed"
	"minewatch/cmd/flowgen/internal/traffic"
)

func dashboardAllDay(h *host) {
	e := h.choose(pool.Web, func(e pool.Endpoint) bool { return e.Port == 443 })
	for _, s := range h.daily(weekdays, 9, 9) {
		h.stay(e.AddrPort(), s, traffic.Dashboard)
	}
}

// idle keeps a connection open that says next to nothing, for three days.
func (h *host) idle(to netip.AddrPort) {
	for _, s := range h.daily(h.someDays(3), 0, 23) {
		h.stay(to, s, traffic.KeepAlive)
	}
}

func cdnMessaging(h *host) {
	e := h.choose(pool.CDN, func(e pool.Endpoint) bool { return e.Port == 3333 })
	h.idle(e.AddrPort())
}

// p2pIdle is what was measured once: 27 packets in 506 s, exactly a miner's.
func p2pIdle(h *host) {
	h.idle(h.choose(pool.P2P, nil).AddrPort())
}

// otherPort meets the main endpoint's address on a port that no row has.
func otherPort(h *host) {
	e := h.choose(pool.Stratum, nil)
	h.endpoint = netip.AddrPortFrom(e.Addr, 25565)
	h.idle(h.endpoint)
}

func justExpired(h *host) {
	h.idle(h.choose(pool.JustExpired, nil).AddrPort())
}

// ackScan looks for what a firewall lets through. A sampled ACK of it is what
// a sampled ACK of a miner is.
func ackScan(h *host) {
	for _, day := range h.someDays(3) {
		start := h.clock(day, 2)
		for i := range seed.Between(h.rng, 600, 1200) {
			h.brief(h.choose(pool.Stratum, nil).AddrPort(), start+int64(i)*calendar.Second, traffic.AckScan)
		}
	}
}

func sinkhole(h *host) {
	e := h.choose(pool.Sinkhole, nil)
	week := h.always()
	for at := week.start; at < week.end-calendar.Minute; at += 15 * calendar.Minute {
		h.open(e.AddrPort(), span{at, at}, traffic.SlowProbe)
	}
}
