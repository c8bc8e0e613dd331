package engine_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"

	"minewatch/analyze/engine/internal/oracle"
)

const (
	second = 1000 // ms
	minute = 60 * second
	anHour = 60 * minute
	aDay   = 24 * anHour
)

// worlds are how many parts a random day has that know nothing of each other:
// the queries take their time by the relation, not by the row.
const worlds = 30

// dice draws what a world is made of.
type dice struct {
	*rand.Rand
	world int
}

func (d dice) between(low, high int64) int64 { return low + d.Int64N(high-low+1) }

// one in n.
func (d dice) one(n int) bool { return d.IntN(n) == 0 }

func pick[T any](d dice, list ...T) T { return list[d.IntN(len(list))] }

// randomDay is a day with everything that can be wrong with a day; internal
// prefixes may be configured or not.
func randomDay(rng *rand.Rand, configured bool) *oracle.Input {
	d := dice{rng, 0}
	start := 1_794_000_000_000/anHour*anHour + d.between(0, 48)*anHour
	in := &oracle.Input{
		Start: start, End: start + pick(d, int64(23), 24, 24, 24, 25)*anHour, Gap: pick(d, int64(300), 300, 60) * second, SampledGap: pick(d, int64(3600), 1200) * second,
		TTLDays: map[string]int{"probe_up": 30, "dns": 14, "cdn": 3, "default": 20},
	}
	if configured {
		in.Internal = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:1::/48")}
	}
	for d.world = range worlds {
		if len(in.Internal) > 0 && d.one(3) { // a listed address that is ours
			in.Internal = append(in.Internal, d.prefix("198.18.W.1/32"), d.prefix("198.19.W.0/25"))
		}
		for range 8 + d.IntN(8) {
			in.Entries = append(in.Entries, d.entry(len(in.Entries), in))
		}
		d.handOver(in)
		d.hourApart(in)
		for range 8 + d.IntN(8) {
			d.talk(in)
		}
	}
	d.Shuffle(len(in.Records), func(i, j int) { in.Records[i], in.Records[j] = in.Records[j], in.Records[i] })
	return in
}

var (
	ports     = []int{3333, 3333, 443, 5555, 0}
	listedIn  = []string{"198.18.W.1/32", "198.18.W.1/32", "198.18.W.2/32", "2001:db8:f0W::1/128", "198.19.W.0/24", "198.19.W.64/26", "198.19.W.7/32", "2001:db8:f1W::/48", "2001:db8:f1W:5::/64"}
	poolSides = []string{"198.18.W.1", "198.18.W.1", "198.18.W.2", "2001:db8:f0W::1", "198.19.W.7", "198.19.W.70", "2001:db8:f1W:5::9", "2001:db8:f1W::1"}
	hostSides = []string{"10.0.W.1", "10.0.W.1", "10.0.W.2", "2001:db8:1:W::5", "2001:db8:1:W::6", "203.0.113.W", "198.18.W.2", "198.19.W.7", "198.19.W.99"}
)

// place puts the number of the world into an address; all have two digits.
func (d dice) place(text string) string {
	return strings.ReplaceAll(text, "W", strconv.Itoa(10+d.world))
}

func (d dice) prefix(text string) netip.Prefix { return netip.MustParsePrefix(d.place(text)) }

func (d dice) address(list []string) netip.Addr {
	return netip.MustParseAddr(d.place(pick(d, list...)))
}

// entry draws a row of the feed whose window may begin or end within the day.
func (d dice) entry(n int, in *oracle.Input) oracle.Entry {
	e := oracle.Entry{
		ID: fmt.Sprintf("e%04d", n), Feed: pick(d, "base", "other"), Range: d.prefix(pick(d, listedIn...)), Port: pick(d, ports...),
		Proto: pick(d, "tcp", "tcp", "udp", "any"), Coin: pick(d, "", "XMR", "BTC"), Pool: pick(d, "", "aurora", "basalt"),
		FirstSeen: oracle.Never, LastSeen: oracle.Never, ValidFrom: oracle.Never, ValidTil: oracle.Never,
		Retrieved: in.Start - d.between(0, 60)*aDay + d.between(0, aDay), Confidence: pick(d, 30, 60, 90, 90),
		Evidence: pick(d, "probe_up", "dns", "list"), Shared: pick(d, "none", "none", "none", "cdn", "hosting"),
	}
	if d.one(2) {
		e.FirstSeen = in.Start - d.between(0, 80)*aDay + d.between(0, aDay)
	}
	if d.one(2) {
		e.LastSeen = in.Start - d.between(-2, 60)*aDay + d.between(0, aDay)
	}
	if d.one(3) {
		e.ValidFrom = in.Start + d.between(-5, 5)*6*anHour
	}
	if d.one(3) {
		e.ValidTil = in.Start + d.between(-5, 9)*6*anHour
	}
	return e
}

// handOver makes one feed say the same as another from some time of the day on.
func (d dice) handOver(in *oracle.Input) {
	at := in.Start + d.between(0, 23)*anHour
	before := d.entry(len(in.Entries), in)
	before.Port, before.Proto, before.Shared = 3333, "any", "none"
	before.Feed, before.ValidFrom, before.ValidTil = "base", oracle.Never, at-1
	after := before
	after.ID, after.Feed, after.ValidFrom, after.ValidTil = before.ID+"b", "other", at, oracle.Never
	in.Entries = append(in.Entries, before, after)
}

// hourApart knocks on doors exactly an hour after each other.
func (d dice) hourApart(in *oracle.Input) {
	host, at := d.address(hostSides[:3]), in.Start+d.between(0, 20)*anHour
	for i, pool := range poolSides[1:5] {
		r := d.record(at+int64(i)*anHour, 0, true, host, netip.MustParseAddr(d.place(pool)), 40000, 3333, 6, "192.0.2.1", 1)
		r.Start, r.End = at+int64(i)*anHour, at+int64(i)*anHour
		in.Records = append(in.Records, r)
	}
}

// talk adds the records of one conversation, as one to three routers cut it.
func (d dice) talk(in *oracle.Input) {
	host, pool := d.address(hostSides), d.address(poolSides)
	if host == pool {
		return
	}
	port, proto := pick(d, ports...), pick(d, 6, 6, 6, 17)
	at := in.Start + d.between(-anHour, in.End-in.Start+anHour)
	if d.one(3) {
		at = at / (5 * minute) * (5 * minute) // on the edge of a slot
	}
	routers := []string{"192.0.2.1", "192.0.2.2", "2001:db8:e::1"}[:pick(d, 1, 1, 2, 3)]
	rates := []int{pick(d, 0, 1, 1, 1000), pick(d, 1, 1, 5000), pick(d, 1, 1000)}
	local := pick(d, 0, 40001, 40002, 40003, 40000+d.IntN(30))
	directions := pick(d, []bool{true, false}, []bool{true, false}, []bool{true, false}, []bool{true}, []bool{false})
	for range 1 + d.IntN(9) {
		if d.one(5) {
			local = 40000 + d.IntN(30)
		}
		length := pick(d, 0, 0, d.between(1, 60*second), d.between(1, 2*anHour))
		for _, up := range directions {
			for i, router := range routers {
				if d.one(6) {
					continue // this router missed it
				}
				in.Records = append(in.Records, d.record(at, length, up, host, pool, local, port, proto, router, rates[i]))
			}
		}
		at += length + pick(d, 0, 1, in.Gap, in.Gap+1, d.between(0, 10*minute), d.between(0, 2*anHour))
	}
}

func (d dice) record(at, length int64, up bool, host, pool netip.Addr, local, port, proto int, router string, rate int) oracle.Record {
	r := oracle.Record{
		Start: at + d.between(0, 3), Src: host, Dst: pool, SrcPort: local, DstPort: port, Proto: proto,
		Flags:   pick(d, 0, 2, 2, 16, 18, 20, 4, 24, 27, 18),
		Packets: d.between(1, 6), Sampling: rate, Exporter: router,
	}
	r.End = r.Start + length
	if d.one(40) {
		r.End = r.Start - 5 // a clock that was set back
	}
	r.Bytes = r.Packets * d.between(40, 60)
	if d.one(300) {
		r.Packets, r.Bytes = math.MaxInt64/3, math.MaxInt64 // forged
	}
	if !up {
		r.Src, r.Dst, r.SrcPort, r.DstPort = pool, host, port, local
	}
	return r
}
