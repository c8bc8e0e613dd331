package scenario

import (
	"net/netip"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/pool"
	"minewatch/cmd/flowgen/internal/seed"
	"minewatch/cmd/flowgen/internal/traffic"
)

// natMany is a gateway that meets as many endpoints as a prober does, but stays.
func natMany(h *host) {
	if h.addr, h.err = h.Province.Gateway(h.rng, h.site.Cities); h.err != nil {
		return
	}
	days := h.someDays(3)
	met := map[netip.AddrPort]bool{}
	for len(met) < 15 && h.err == nil {
		e := h.choose(pool.Stratum, func(e pool.Endpoint) bool { return !met[e.AddrPort()] })
		met[e.AddrPort()] = true
		for _, s := range h.daily(days, 10, 5) {
			h.stay(e.AddrPort(), s, traffic.Miner(e.Coin, h.rng))
		}
	}
}

// poolHopper goes where it pays best.
func poolHopper(h *host) {
	week := h.always()
	for at := week.start; at < week.end; at += 4 * calendar.Hour {
		e := h.choose(pool.Stratum, nil)
		h.stay(e.AddrPort(), span{at, min(at+4*calendar.Hour-calendar.Minute, week.end)}, traffic.Miner(e.Coin, h.rng))
	}
}

// flapping never stays longer than a minute and a half.
func flapping(h *host) {
	e := h.stratum("BTC")
	train := traffic.Miner("BTC", h.rng)
	week := h.always()
	for at := week.start; at < week.end-10*calendar.Minute; at += 10*calendar.Minute + h.rng.Int64N(calendar.Minute) {
		h.open(e.AddrPort(), span{at, at + int64(seed.Range(h.rng, 30, 90)*float64(calendar.Second))}, train)
	}
}

// lateLearnt mines all week where the feed saw a pool from Thursday noon on.
func lateLearnt(h *host) {
	e := h.choose(pool.LateLearnt, nil)
	h.stay(e.AddrPort(), h.always(), traffic.Miner(e.Coin, h.rng))
}

func oneWay(h *host) { h.mine([]string{"XMR", "BTC", "ETC"}[h.index], h.always()) }

func clockOff(h *host) { h.mine([]string{"RVN", "XMR", "ZEC"}[h.index], h.always()) }

func lunchHour(h *host) { h.mine([]string{"RVN", "BTC"}[h.index], h.daily(weekdays, 12, .75)...) }

// behindCDN cannot be told from the CDN's other customers.
func behindCDN(h *host) {
	e := h.choose(pool.CDN, func(e pool.Endpoint) bool { return e.Port == 3333 })
	h.stay(e.AddrPort(), h.always(), traffic.Miner(e.Coin, h.rng))
}
