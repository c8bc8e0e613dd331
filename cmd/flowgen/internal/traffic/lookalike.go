package traffic

import (
	"math/rand/v2"
	"net/netip"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/network"
	"minewatch/cmd/flowgen/internal/province"
	"minewatch/cmd/flowgen/internal/seed"
	"minewatch/cmd/flowgen/internal/wire"
)

// lookalike is a kind of host that stays connected for hours at a low rate,
// and mines nothing: what a search by behaviour alone finds beside miners.
type lookalike struct {
	name    string
	port    uint16
	sharers int // hosts that share a server
	servers int // of each host
	from    float64
	hours   float64 // of each day
	train   Train
}

// lookalikes are planted in turn, one host each. No figure is measured: they
// are what protocols and products are known to do.
var lookalikes = []lookalike{
	{"push", 5223, 400, 1, 0, 24, KeepAlive},
	{"push", 5228, 400, 1, 0, 24, KeepAlive},
	{"device-cloud", 8886, 60, 1, 0, 24, heartbeat(30, 130, 110)},
	{"device-cloud", 9443, 60, 1, 0, 24, heartbeat(60, 180, 150)},
	{"device-own", 10086, 2, 1, 0, 24, heartbeat(30, 130, 110)},    // TLS: as large as a miner's packets
	{"tunnel", 7000, 1, 1, 0, 24, KeepAlive},                       // a reverse proxy's control connection
	{"remote-desk", 21116, 1, 1, 0, 24, heartbeat(12, 70, 66)},     // waits to be called
	{"agent", 4506, 3, 1, 0, 24, heartbeat(60, 700, 90)},           // reports to a rented server: the hardest
	{"vpn-tcp", 8443, 2, 1, 8, 10, Bulk},                           // work from home
	{"chat", 7777, 2, 1, 9, 9, Peer},                               // irregular, office hours
	{"sync", 22000, 1, 6, 0, 24, heartbeat(90, 160, 160)},          // file synchronization among peers
	{"database", 3306, 1, 1, 0, 24, heartbeat(30, 90, 120)},        // a pool of connections
	{"game-idle", 27015, 30, 1, 18, 7, heartbeat(5, 80, 90)},       // left open in the evening
	{"feed-reader", 8090, 4, 1, 0, 24, heartbeat(900, 400, 12000)}, // asks every quarter of an hour
}

// heartbeat asks every so many seconds, give or take a tenth.
func heartbeat(seconds, up, down int) Train {
	return func(rng *rand.Rand, start, end int64, send Send) {
		t := newTalk(rng, start, send)
		t.connect()
		for at := t.now; at < end; at += int64(vary(rng, seconds*int(calendar.Second))) {
			t.until(at)
			if down > fullBytes {
				t.fetch(vary(rng, up), vary(rng, down))
			} else {
				t.ask(vary(rng, up), vary(rng, down))
			}
		}
		t.until(end)
		t.finish()
	}
}

// Lookalike is a host that was planted as one.
type Lookalike struct {
	Host netip.Addr
	Kind string
}

// Lookalike exports a day of the i-th host that looks like a miner, on a site
// of its turn, and says which it is.
func (b *Background) Lookalike(i, day int) Lookalike {
	kind := &lookalikes[i%len(lookalikes)]
	who := seed.Stream(b.seed, "lookalike", i)
	host := province.Address(who, seed.Pick(who, b.ipv4))
	rng := seed.Stream(b.seed, "lookalike", i, day)
	for n := range kind.servers {
		server := seed.Stream(b.seed, "lookalike server "+kind.name, int(kind.port), i/len(lookalikes)/kind.sharers, n)
		conn := network.Conn{
			Inside:  netip.AddrPortFrom(host, uint16(seed.Between(rng, 32768, 60999))),
			Outside: netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 19, byte(server.IntN(256)), byte(server.IntN(256))}), kind.port),
			Proto:   wire.TCP,
		}
		start := b.week.At(day, kind.from) + rng.Int64N(5*calendar.Minute)
		end := min(start+int64(kind.hours*float64(calendar.Hour)), b.week.Day(day+1)-10*calendar.Second)
		flow := b.net.Open(b.site, conn, rng)
		kind.train(rng, start, end, flow.Packet)
		flow.Close()
	}
	return Lookalike{host, kind.name}
}
