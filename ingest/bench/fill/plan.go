package main

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"time"

	"minewatch/ingest/flow"
)

// plan is what a day is made of. The same plan gives the same flows.
type plan struct {
	day       time.Time
	flows     int64
	clients   int
	servers   int
	endpoints int
	prefixes  int
	miners    int
	reports   int
	ipv6      float64

	pools []flow.Addr
}

const (
	// A miner's connection lasts the day, and an exporter that sees all packets
	// reports it every five minutes in both directions. One that samples 1 in
	// 1000 does so a dozen times a day each way: a billion records a day of thirty
	// million addresses are of such.
	reportsUnsampled = 24 * 12 * 2
	reportsSampled   = 24
	poolPort         = 3333
	clientBits       = 25 // 10.0.0.0/7
)

func (p *plan) complete() error {
	p.miners = cmp.Or(p.miners, int(max(1, p.flows/200_000)))
	switch {
	case p.flows < 1 || p.clients < 1 || p.servers < 1 || p.endpoints < 1 || p.reports < 1:
		return errors.New("--flows, --clients, --servers, --endpoints and --reports have to be 1 or more")
	case p.clients > 1<<clientBits || p.miners > p.clients:
		return fmt.Errorf("--clients %d, --miners %d: there is room for %d", p.clients, p.miners, 1<<clientBits)
	}
	// Feeds name addresses all over the world, not side by side: a scan that
	// needed only to compare with the least and the greatest would look good.
	for i := range p.endpoints {
		p.pools = append(p.pools, foreign(uint64(i)^1<<40, i%20 == 19 && p.ipv6 > 0)) //nolint:gosec // not negative
	}
	return nil
}

// mix spreads numbers over 64 bits (SplitMix64's finalizer).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// foreign is an address outside, of global unicast space, by its number.
func foreign(number uint64, ipv6 bool) flow.Addr {
	h := mix(number)
	if ipv6 {
		return flow.Addr{Hi: int64(0x2400_0000_0000_0000 | h>>8&0x00ff_ffff_ffff_0000), Lo: int64(mix(h) >> 32)} //nolint:gosec // a bit pattern
	}
	return v4(20<<24 + uint32(h%(80<<24))) // 20.0.0.0 to 99.255.255.255
}

// client is an internal address by its number.
func client(number uint64, ipv6 bool) flow.Addr {
	if ipv6 {
		return flow.Addr{Hi: int64(0x2001_0db8_0000_0000 | number), Lo: int64(mix(number))} //nolint:gosec // a bit pattern
	}
	// An odd factor: neighbours in activity are not neighbours in address.
	return v4(10<<24 | uint32(number*2_654_435_761)&(1<<clientBits-1)) //nolint:gosec // cut to its bits
}

func v4(a uint32) flow.Addr { return flow.Addr{Lo: flow.LowerHalf(a)} }

// writeFeed writes the pools as a feed that minewatch imports.
func (p *plan) writeFeed(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := csv.NewWriter(file)
	first, last := p.day.AddDate(0, 0, -30).Format(time.RFC3339), p.day.AddDate(0, 0, 1).Format(time.RFC3339)
	_ = w.Write([]string{"ip", "port", "proto", "coin", "pool", "role", "first_seen", "last_seen", "confidence", "evidence", "source"})
	add := func(ip string, port int, pool int) {
		_ = w.Write([]string{ip, strconv.Itoa(port), "tcp", "XMR", fmt.Sprintf("pool%d", pool%50), "stratum", first, last, "80", "observed", "made up"})
	}
	for i, a := range p.pools {
		add(a.String(), poolPort, i)
	}
	for i := range p.prefixes {
		bits := []int{28, 26, 24, 24, 24, 24, 24, 22, 20, 24}[i%10]
		a := foreign(uint64(i)^1<<41, false) //nolint:gosec // not negative
		add(netip.PrefixFrom(a.Netip(), bits).Masked().String(), poolPort, i)
	}
	w.Flush()
	return errors.Join(w.Error(), file.Close())
}
