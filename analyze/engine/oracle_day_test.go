package engine_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"

	"minewatch/analyze/engine/internal/oracle"
)

const (
	second = 1000 // ms
	minute = 60 * second
	anHour = 60 * minute
	aDay   = 24 * anHour
)

// dice draws what a random day is made of.
type dice struct{ *rand.Rand }

func (d dice) between(low, high int64) int64 { return low + d.Int64N(high-low+1) }

// one in n.
func (d dice) one(n int) bool { return d.IntN(n) == 0 }

func pick[T any](d dice, list ...T) T { return list[d.IntN(len(list))] }

// randomDay is a day with everything that can be wrong with a day.
func randomDay(rng *rand.Rand) *oracle.Input {
	d := dice{rng}
	start := 1_794_000_000_000/anHour*anHour + d.between(0, 48)*anHour
	in := &oracle.Input{
		Start: start, End: start + pick(d, int64(23), 24, 24, 24, 25)*anHour, Gap: pick(d, int64(300), 300, 60)*second,
		TTLDays: map[string]int{"probe_up": 30, "dns": 14, "cdn": 3, "default": 20},
	}
	if !d.one(4) {
		in.Internal = prefixes("10.0.0.0/8", "2001:db8:1::/48")
		if d.one(3) { // a listed address that is ours
			in.Internal = append(in.Internal, prefixes("198.18.0.1/32", "198.51.100.0/25")...)
		}
	}
	for i := range 8 + d.IntN(8) {
		in.Entries = append(in.Entries, d.entry(i, in))
	}
	for range 12 + d.IntN(12) {
		d.talk(in)
	}
	d.Shuffle(len(in.Records), func(i, j int) { in.Records[i], in.Records[j] = in.Records[j], in.Records[i] })
	return in
}

func prefixes(texts ...string) (list []netip.Prefix) {
	for _, text := range texts {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}

var (
	ports     = []int{3333, 3333, 443, 5555, 0}
	listedIn  = prefixes("198.18.0.1/32", "198.18.0.1/32", "198.18.0.2/32", "2001:db8:f0::1/128", "198.51.100.0/24", "198.51.100.64/26", "198.51.100.7/32", "2001:db8:f1::/48", "2001:db8:f1:5::/64")
	poolSides = addresses("198.18.0.1", "198.18.0.1", "198.18.0.2", "2001:db8:f0::1", "198.51.100.7", "198.51.100.70", "2001:db8:f1:5::9", "2001:db8:f1::1")
	hostSides = addresses("10.0.0.1", "10.0.0.1", "10.0.0.2", "2001:db8:1::5", "2001:db8:1::6", "203.0.113.9", "198.18.0.2", "198.51.100.7", "198.51.100.99")
)

func addresses(texts ...string) (list []netip.Addr) {
	for _, text := range texts {
		list = append(list, netip.MustParseAddr(text))
	}
	return list
}

// entry draws a row of the feed whose window may begin or end within the day.
func (d dice) entry(n int, in *oracle.Input) oracle.Entry {
	e := oracle.Entry{
		ID: fmt.Sprintf("e%02d", n), Feed: pick(d, "base", "other"), Range: pick(d, listedIn...), Port: pick(d, ports...),
		Proto: pick(d, "tcp", "tcp", "udp", "any"), Coin: pick(d, "", "XMR", "BTC"), Pool: pick(d, "", "aurora", "basalt"),
		FirstSeen: oracle.Never, LastSeen: oracle.Never, ValidFrom: oracle.Never, ValidTil: oracle.Never,
		Retrieved: in.Start - d.between(0, 60)*aDay + d.between(0, aDay), Confidence: int(pick(d, 30, 60, 90, 90)),
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

// talk adds the records of one conversation, as one to three routers cut it.
func (d dice) talk(in *oracle.Input) {
	host, pool := pick(d, hostSides...), pick(d, poolSides...)
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
	if d.one(400) {
		r.Packets, r.Bytes = math.MaxInt64/3, math.MaxInt64 // forged
	}
	if !up {
		r.Src, r.Dst, r.SrcPort, r.DstPort = pool, host, port, local
	}
	return r
}
