package scenario

import (
	"strings"
	"time"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/network"
	"minewatch/cmd/flowgen/internal/pool"
	"minewatch/cmd/flowgen/internal/province"
	"minewatch/cmd/flowgen/internal/seed"
	"minewatch/cmd/flowgen/internal/traffic"
)

var weekdays = []int{0, 1, 2, 3, 4}

// coins of the steady miners by index.
var coins = []string{"ETC", "BTC", "XMR", "LTC", "RVN", "ZEC", "XMR", "RVN", "ETC", "BTC"}

// mine keeps the host at one endpoint of a coin during the spans.
func (h *host) mine(coin string, spans ...span) {
	to := h.stratum(coin).AddrPort()
	train := traffic.Miner(coin, h.rng)
	for _, s := range spans {
		h.stay(to, s, train)
	}
}

func steady(h *host) { h.mine(coins[h.index], h.always()) }

func nightOnly(h *host) { h.mine([]string{"ETC", "XMR", "ZEC"}[h.index], h.nights()...) }

func weekdaysOnly(h *host) {
	h.mine([]string{"XMR", "RVN", "BTC"}[h.index], h.daily(weekdays, 8.75, seed.Range(h.rng, 8, 9))...)
}

// failOver stays at the first endpoint for most of the time and at the others
// while that is away.
func failOver(h *host) {
	coin := []string{"BTC", "RVN", "ETC"}[h.index]
	endpoints := h.samePool(coin, 3)
	train := traffic.Miner(coin, h.rng)
	week := h.always()
	for i := 0; week.start < week.end; i++ {
		hours := seed.Range(h.rng, 10, 26)
		to := endpoints[0]
		if i%2 == 1 {
			hours = seed.Range(h.rng, .5, 3)
			to = endpoints[i/2%len(endpoints)]
		}
		end := min(week.end, week.start+int64(hours*float64(calendar.Hour)))
		h.stay(to, span{week.start, end}, train)
		week.start = end + int64(seed.Between(h.rng, 5, 60))*calendar.Second
	}
}

// devFee opens a second connection for one or two minutes of every hundred.
func devFee(h *host) {
	coin := []string{"ETC", "BTC"}[h.index]
	week := h.always()
	h.mine(coin, week)
	fee := h.choose(pool.Stratum, func(e pool.Endpoint) bool { return e.Coin == coin && e.Addr != h.endpoint.Addr() })
	train := traffic.Miner(coin, h.rng)
	for at := week.start + 30*calendar.Minute; at < week.end-calendar.Hour; at += 100 * calendar.Minute {
		h.open(fee.AddrPort(), span{at, at + int64(seed.Range(h.rng, 60, 120)*float64(calendar.Second))}, train)
	}
}

// natFarm puts twenty rigs behind one address.
func natFarm(h *host) {
	const rigs = 20
	coin := []string{"ETC", "BTC"}[h.index]
	if h.addr, h.err = h.Province.Gateway(h.rng, h.site.Cities); h.err != nil {
		return
	}
	to := h.stratum(coin).AddrPort()
	for range rigs {
		h.stay(to, h.always(), traffic.Miner(coin, h.rng))
	}
}

func weak(h *host) { h.stay(h.stratum("XMR").AddrPort(), h.always(), traffic.WeakMiner(h.rng)) }

func overIPv6(h *host) {
	if h.addr, h.err = h.Province.Host(h.rng, h.site.Cities, "", true); h.err != nil {
		return
	}
	e := h.choose(pool.StratumIPv6, nil)
	h.stay(e.AddrPort(), h.always(), traffic.Miner(e.Coin, h.rng))
}

func dedicated443(h *host) {
	e := h.choose(pool.StratumWeb, func(e pool.Endpoint) bool { return e.Port == 443 })
	train := traffic.Miner(e.Coin, h.rng)
	for _, s := range h.daily(h.someDays(4), 10, 9) {
		h.stay(e.AddrPort(), s, train)
	}
}

func newMidweek(h *host) {
	h.mine("ETC", span{h.clock(3, 10), h.Week.End() - 10*calendar.Second})
}

func oneDay(h *host) {
	h.mine([]string{"XMR", "ETC"}[h.index], h.daily([]int{h.oneDay()}, 14, 3)...)
}

func twentyMinutes(h *host) { h.mine("BTC", h.daily([]int{h.oneDay()}, 15.25, 1./3)...) }

func twoMinutes(h *host) { h.mine("XMR", h.daily([]int{h.oneDay()}, 11, 1./30)...) }

func twoExporters(h *host) {
	if h.index == 0 {
		h.mine("ETC", h.always())
		return
	}
	h.mine("LTC", h.nights()...)
}

// exclusionExpired had a permission that ended ten days before the week.
func exclusionExpired(h *host) {
	h.mine("BTC", h.always())
	h.exclude("校企合作区块链课题（已结题）", -200, -10)
}

// addressOnlyMining goes to an address that the feed lists without a port.
func addressOnlyMining(h *host) {
	e := h.choose(pool.AddressOnly, nil)
	e.Port = 3333
	h.endpoint = e.AddrPort()
	h.stay(e.AddrPort(), h.daily([]int{h.oneDay()}, 9, 8)[0], traffic.Miner("XMR", h.rng))
}

// exclude registers the host for the given days relative to the week's start.
func (h *host) exclude(reason string, from, to int) {
	date := func(days int) string {
		return time.UnixMilli(h.Week.At(0, 12)).UTC().AddDate(0, 0, days).Format(time.DateOnly)
	}
	h.exclusions = append(h.exclusions, province.Exclusion{
		Host: h.addr, Reason: reason, Approver: province.Name + "网信办", ValidFrom: date(from), Expires: date(to),
	})
}

// exporters names the routers that see the host.
func exporters(s *network.Site) string {
	names := make([]string, len(s.Routers))
	for i, r := range s.Routers {
		names[i] = r.Name
	}
	return strings.Join(names, " ")
}
