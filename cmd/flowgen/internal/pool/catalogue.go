package pool

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/seed"
)

// Endpoint is one row of the feed.
type Endpoint struct {
	Addr                netip.Addr
	Port                uint16 // 0 = not known
	Coin, Algorithm     string
	Pool, Domain, Role  string
	FirstSeen, LastSeen int64 // ms since 1970
	Confidence          int   // 0-100
	Evidence, Shared    string
	Source              string
}

// AddrPort is where to connect to.
func (e Endpoint) AddrPort() netip.AddrPort { return netip.AddrPortFrom(e.Addr, e.Port) }

// Kind is why an endpoint is in the feed, and so what it may be planted for.
type Kind int

// The kinds of rows. Stratum is the bulk.
const (
	Stratum       Kind = iota // a pool's own port
	StratumWeb                // Stratum on a web port of a dedicated address
	StratumIPv6               //
	Web                       // the pool's web pages
	CDN                       // an address that a CDN shares between customers
	P2P                       // a seed node, listed by mistake
	Expired                   // last seen 120 days before the week
	LowConfidence             // 40-74
	AddressOnly               // no port
	JustExpired               // last seen 45 days before the week
	LateLearnt                // first seen on the Thursday of the week
	Sinkhole                  // taken from criminals: a negative list says so
	kinds
)

// sizes is how many rows of each kind there are, beside Stratum.
var sizes = [kinds]int{Stratum: 2380, StratumWeb: 300, StratumIPv6: 40, Web: 60, CDN: 24, P2P: 60, Expired: 60, LowConfidence: 40, AddressOnly: 36, JustExpired: 20, LateLearnt: 12, Sinkhole: 12}

// Catalogue is the feed.
type Catalogue struct {
	Endpoints []Endpoint
	byKind    [kinds][]int
	rng       *rand.Rand
	week      calendar.Week
	next      uint32 // addresses used of 198.18.0.0/16
}

// New makes the feed of a seed, as it stands at the end of the week.
func New(n uint64, week calendar.Week) *Catalogue {
	c := &Catalogue{rng: seed.Stream(n, "pools"), week: week}
	for len(c.byKind[Stratum]) < sizes[Stratum] {
		for _, name := range poolNames {
			c.addServers(name, 1+c.rng.IntN(3))
		}
	}
	for kind := StratumIPv6; kind < kinds; kind++ {
		for i := range sizes[kind] {
			c.add(kind, c.special(kind, i))
		}
	}
	return c
}

// addServers gives a pool some more addresses, each with one or two coins on
// one to three ports.
func (c *Catalogue) addServers(name string, servers int) {
	region := seed.Pick(c.rng, []string{"asia", "eu", "us", "cn", "sg"})
	for range servers {
		addr := c.address()
		for range seed.Between(c.rng, 1, 2) {
			coin := seed.Pick(c.rng, Coins)
			e := c.row(coin, name)
			e.Addr, e.Role = addr, "stratum"
			e.Domain = fmt.Sprintf("%s.%s.%s.example", strings.ToLower(coin.Name), region, name)
			for range seed.Between(c.rng, 1, 2) {
				e.Port = seed.Pick(c.rng, coin.Ports)
				if !c.has(e.AddrPort()) {
					c.add(Stratum, e)
				}
			}
			web := len(c.byKind[StratumWeb]) < sizes[StratumWeb] && c.rng.IntN(5) == 0
			if e.Port = seed.Pick(c.rng, webPorts); web && !c.has(e.AddrPort()) {
				c.add(StratumWeb, e)
			}
		}
	}
}

// address takes the next address of 198.18.0.0/16, with gaps.
func (c *Catalogue) address() netip.Addr {
	c.next += 1 + c.rng.Uint32N(30)
	return netip.AddrFrom4([4]byte{198, 18, byte(c.next >> 8), byte(c.next)})
}

// has says whether the last rows, which may be of the same address, hold the
// endpoint already.
func (c *Catalogue) has(at netip.AddrPort) bool {
	tail := c.Endpoints[max(0, len(c.Endpoints)-8):]
	return slices.ContainsFunc(tail, func(e Endpoint) bool { return e.AddrPort() == at })
}

// row is a well-founded, current entry.
func (c *Catalogue) row(coin Coin, name string) Endpoint {
	const day = 24 * calendar.Hour
	evidence := seed.Pick(c.rng, []string{"probe_up", "probe_up", "probe_up", "official_doc", "malware_report"})
	return Endpoint{
		Coin: coin.Name, Algorithm: coin.Algorithm, Pool: name,
		FirstSeen:  c.week.Start() - int64(seed.Between(c.rng, 30, 400))*day,
		LastSeen:   c.week.End() - int64(1+c.rng.IntN(36))*calendar.Hour,
		Confidence: seed.Between(c.rng, 80, 100), Evidence: evidence, Shared: "none",
		Source: "demo-" + evidence,
	}
}

// special makes row i of a kind that is not a plain server.
func (c *Catalogue) special(kind Kind, i int) Endpoint {
	coin, name := Coins[i%len(Coins)], poolNames[i%len(poolNames)]
	e := c.row(coin, name)
	e.Addr, e.Port, e.Role = c.address(), seed.Pick(c.rng, coin.Ports), "stratum"
	e.Domain = fmt.Sprintf("%s%d.%s.example", strings.ToLower(coin.Name), i, name)
	switch kind {
	case StratumIPv6:
		e.Addr = netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 0xf0, byte(i), 15: byte(i + 1)})
	case Web:
		e.Port, e.Role, e.Coin, e.Algorithm = []uint16{443, 443, 80}[i%3], "web", "", ""
		e.Domain = "www." + name + ".example"
	case CDN:
		e.Addr, e.Shared = netip.AddrFrom4([4]byte{203, 0, 113, byte(10 + i/2)}), "cdn"
		e.Port = []uint16{443, 3333}[i%2]
	case P2P:
		e.Port, e.Role = []uint16{8333, 18080, 30303}[i%3], "p2p"
		e.Coin = []string{"BTC", "XMR", "ETC"}[i%3]
		e.Confidence, e.Evidence, e.Pool = seed.Between(c.rng, 30, 60), "malware_report", ""
	case Expired:
		const days = 120 * 24 * calendar.Hour
		e.FirstSeen -= days
		e.LastSeen, e.Evidence = c.week.Start()-days, "probe_up"
		e.Port = []uint16{443, 3333}[i%2]
	case LowConfidence:
		e.Confidence = seed.Between(c.rng, 42, 72)
	case JustExpired:
		const days = 45 * 24 * calendar.Hour
		e.FirstSeen -= days
		e.LastSeen, e.Evidence = c.week.Start()-days, "probe_up"
	case LateLearnt:
		e.FirstSeen = c.week.At(3, 12)
	case Sinkhole:
		e.Evidence = "malware_report"
	case AddressOnly:
		e.Port, e.Evidence, e.Coin, e.Algorithm = 0, "manual", "", ""
	default: // servers are made by addServers
	}
	return e
}

func (c *Catalogue) add(kind Kind, e Endpoint) {
	c.byKind[kind] = append(c.byKind[kind], len(c.Endpoints))
	c.Endpoints = append(c.Endpoints, e)
}

// Draw draws an endpoint of a kind that the filter takes (nil takes all). There
// may be none.
func (c *Catalogue) Draw(rng *rand.Rand, kind Kind, fits func(Endpoint) bool) (_ Endpoint, ok bool) {
	list := c.byKind[kind]
	if fits != nil {
		list = nil
		for _, i := range c.byKind[kind] {
			if fits(c.Endpoints[i]) {
				list = append(list, i)
			}
		}
	}
	if len(list) == 0 {
		return Endpoint{}, false
	}
	return c.Endpoints[seed.Pick(rng, list)], true
}

// Find lists the endpoints of a kind that the filter takes (nil takes all).
func (c *Catalogue) Find(kind Kind, fits func(Endpoint) bool) []Endpoint {
	var list []Endpoint
	for _, i := range c.byKind[kind] {
		if fits == nil || fits(c.Endpoints[i]) {
			list = append(list, c.Endpoints[i])
		}
	}
	return list
}
