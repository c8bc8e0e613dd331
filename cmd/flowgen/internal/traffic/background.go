package traffic

import (
	"math"
	"math/rand/v2"
	"net/netip"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/network"
	"minewatch/cmd/flowgen/internal/province"
	"minewatch/cmd/flowgen/internal/seed"
	"minewatch/cmd/flowgen/internal/wire"
)

// dailyCurve is the traffic of each hour against the daytime level: low before
// dawn, two working peaks, the highest in the evening.
var dailyCurve = [24]float64{
	.38, .27, .21, .18, .18, .24, .40, .62, .85, 1, 1.06, 1.04, .94, .95, 1, 1.01, 1, .95, .95, 1.06, 1.15, 1.14, .95, .62,
}

// service is one kind of background connection.
type service struct {
	weight     float64
	proto      uint8
	port       uint16
	up, down   float64 // median packets; 0 = that direction is silent
	spread     float64 // of the logarithm of the packet counts
	upSize     int     // mean bytes a packet
	downSize   int
	seconds    float64 // mean duration
	fromInside bool
}

var services = []service{
	{weight: 48, proto: wire.TCP, port: 443, up: 11, down: 14, spread: .9, upSize: 190, downSize: 850, seconds: 9, fromInside: true},
	{weight: 5, proto: wire.TCP, port: 80, up: 7, down: 8, spread: .8, upSize: 160, downSize: 700, seconds: 5, fromInside: true},
	{weight: 14, proto: wire.UDP, port: 53, up: 1, down: 1, spread: 0, upSize: 68, downSize: 150, seconds: .05, fromInside: true},
	{weight: 9, proto: wire.UDP, port: 443, up: 30, down: 55, spread: 1.1, upSize: 120, downSize: 1050, seconds: 20, fromInside: true},
	{weight: 2, proto: wire.TCP, port: 443, up: 900, down: 2600, spread: 1, upSize: 70, downSize: 1400, seconds: 240, fromInside: true},
	{weight: 2, proto: wire.UDP, port: 123, up: 1, down: 1, spread: 0, upSize: 76, downSize: 76, seconds: .03, fromInside: true},
	{weight: 2, proto: wire.TCP, port: 8080, up: 12, down: 20, spread: 1, upSize: 170, downSize: 900, seconds: 15, fromInside: true},
	{weight: 1, proto: wire.TCP, port: 22, up: 60, down: 70, spread: 1, upSize: 110, downSize: 180, seconds: 120, fromInside: true},
	{weight: 1, proto: wire.TCP, port: 993, up: 15, down: 22, spread: .8, upSize: 120, downSize: 600, seconds: 30, fromInside: true},
	// Games and applications on ports that pools use too, at addresses that no
	// feed lists.
	{weight: 1, proto: wire.TCP, port: 3333, up: 40, down: 60, spread: 1, upSize: 120, downSize: 420, seconds: 60, fromInside: true},
	{weight: 1, proto: wire.TCP, port: 9999, up: 35, down: 30, spread: 1, upSize: 140, downSize: 260, seconds: 90, fromInside: true},
	{weight: 1, proto: wire.ICMP, port: 8 << 8, up: 4, down: 4, spread: .5, upSize: 84, downSize: 84, seconds: 3, fromInside: true},
	{weight: 2, proto: wire.TCP, port: 443, up: 2, down: 0, spread: .3, upSize: 60, seconds: 2, fromInside: true}, // no answer
	{weight: 11, proto: wire.TCP, port: 23, up: 0, down: 1, spread: 0, downSize: 44, seconds: 0},                  // scans
}

// scanPorts are what the world scans for.
var scanPorts = []uint16{22, 23, 80, 445, 1433, 3389, 5900, 6379, 8080, 9200}

// Background draws the traffic of a site that has nothing to do with mining.
type Background struct {
	net    *network.Network
	site   *network.Site
	week   calendar.Week
	ipv4   []netip.Prefix
	ipv6   []netip.Prefix
	hours  [24]float64 // cumulative
	totals []float64   // cumulative weights of services
	seed   uint64
}

// NewBackground prepares the background of one site.
func NewBackground(n uint64, net *network.Network, site *network.Site, p *province.Province, w calendar.Week) *Background {
	b := &Background{net: net, site: site, week: w, seed: n}
	b.ipv4, b.ipv6 = p.Ranges(site.Cities)
	sum := 0.0
	for i, v := range dailyCurve {
		sum += v
		b.hours[i] = sum
	}
	sum = 0
	for _, s := range services {
		sum += s.weight
		b.totals = append(b.totals, sum)
	}
	return b
}

// Day exports about that many records of background that start on a day.
func (b *Background) Day(day, records int) {
	const idleShare = 0.06
	done := b.keepAlives(day, int(float64(records)*idleShare))
	rng := seed.Stream(b.seed, "background", b.site.Index, day)
	for done < records {
		t := b.transfer(rng, day)
		done += b.net.Pass(b.site, &t, rng)
	}
}

// transfer draws one connection.
func (b *Background) transfer(rng *rand.Rand, day int) network.Transfer {
	s := &services[choose(rng, b.totals)]
	var t network.Transfer
	t.Proto = s.proto
	t.First = b.start(rng, day)
	t.Last = t.First + int64(rng.ExpFloat64()*s.seconds*float64(calendar.Second))
	t.Last = max(t.First, min(t.Last, b.week.End()-2*calendar.Second))
	factor := math.Exp(rng.NormFloat64() * s.spread)
	t.Up = count(s.up*factor, s.upSize, rng)
	t.Down = count(s.down*factor, s.downSize, rng)
	if s.proto == wire.TCP {
		t.UpFlags, t.DnFlag = wire.SYN|wire.ACK|wire.PSH|wire.FIN, wire.SYN|wire.ACK|wire.PSH|wire.FIN
		if t.Down.Packets == 0 || t.Up.Packets == 0 {
			t.UpFlags, t.DnFlag = wire.SYN, wire.SYN
		}
	}
	b.addresses(rng, s, &t)
	return t
}

func (b *Background) addresses(rng *rand.Rand, s *service, t *network.Transfer) {
	v6 := b.site.IPv6 && s.fromInside && s.proto != wire.ICMP && rng.IntN(10) < 3
	inside, outside := b.ipv4, ipv4World
	if v6 {
		inside, outside = b.ipv6, ipv6World
	}
	client := province.Address(rng, seed.Pick(rng, inside))
	server := outside(rng, s.port)
	ephemeral := uint16(seed.Between(rng, 32768, 60999))
	switch {
	case s.proto == wire.ICMP:
		t.Inside, t.Outside = netip.AddrPortFrom(client, 0), netip.AddrPortFrom(server, s.port)
	case s.fromInside:
		t.Inside, t.Outside = netip.AddrPortFrom(client, ephemeral), netip.AddrPortFrom(server, s.port)
	default:
		t.Inside, t.Outside = netip.AddrPortFrom(client, seed.Pick(rng, scanPorts)), netip.AddrPortFrom(server, ephemeral)
	}
}

// start draws a time of day from the daily curve.
func (b *Background) start(rng *rand.Rand, day int) int64 {
	hour := choose(rng, b.hours[:])
	at := b.week.At(day, float64(hour)) + rng.Int64N(calendar.Hour)
	return min(at, b.week.Day(day+1)-3*calendar.Second)
}

// keepAlives simulates idle but lasting sessions to unlisted addresses by the
// packet, and returns how many records they took.
func (b *Background) keepAlives(day, records int) int {
	ports := []uint16{8883, 5222, 1194, 27015, 5228, 4500}
	done := 0
	for i := 0; done < records; i++ {
		// The same hosts and servers every day: such sessions recur.
		who := seed.Stream(b.seed, "keepalive", b.site.Index, i)
		port := seed.Pick(who, ports)
		conn := network.Conn{
			Inside:  netip.AddrPortFrom(province.Address(who, seed.Pick(who, b.ipv4)), uint16(seed.Between(who, 32768, 60999))),
			Outside: netip.AddrPortFrom(ipv4World(who, port), port),
			Proto:   wire.TCP,
		}
		rng := seed.Stream(b.seed, "keepalive", b.site.Index, i, day)
		start := b.start(rng, day)
		length := int64(seed.Range(rng, 1, 5) * float64(calendar.Hour))
		end := min(start+length, b.week.End()-5*calendar.Second)
		flow := b.net.Open(b.site, conn, rng)
		KeepAlive(rng, start, end, flow.Packet)
		flow.Close()
		done += max(1, int(2*int64(len(b.site.Routers))*(end-start)/(45*calendar.Second)/int64(b.site.Sampling())))
	}
	return done
}

// count makes the totals of one direction around a median number of packets.
func count(packets float64, size int, rng *rand.Rand) network.Count {
	if packets == 0 {
		return network.Count{}
	}
	n := max(1, int64(packets+.5))
	return network.Count{Packets: n, Bytes: n * int64(max(44, vary(rng, size)))}
}

// choose draws an index by cumulative weights.
func choose(rng *rand.Rand, cumulative []float64) int {
	x := rng.Float64() * cumulative[len(cumulative)-1]
	for i, c := range cumulative {
		if x < c {
			return i
		}
	}
	return len(cumulative) - 1
}

// ipv4World draws a server of the made-up world: few are popular, many are
// rare. No feed lists 198.19.0.0/16 (RFC 2544) or 192.0.2.0/24 (RFC 5737).
func ipv4World(rng *rand.Rand, port uint16) netip.Addr {
	if port == 53 || port == 123 {
		return netip.AddrFrom4([4]byte{192, 0, 2, byte(53 + rng.IntN(4))})
	}
	rank := uint16(65535 * math.Pow(rng.Float64(), 3))
	return netip.AddrFrom4([4]byte{198, 19, byte(rank >> 8), byte(rank)})
}

// ipv6World is ipv4World in 2001:db8:e000::/36.
func ipv6World(rng *rand.Rand, port uint16) netip.Addr {
	a := [16]byte{0x20, 0x01, 0x0d, 0xb8, 0xe0, byte(rng.IntN(16)), 15: byte(port)}
	a[14] = byte(256 * math.Pow(rng.Float64(), 2))
	return netip.AddrFrom16(a)
}
