package province

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"

	"minewatch/cmd/flowgen/internal/seed"
)

// Unowned is the index of the city that no ledger row covers.
const Unowned = 5

// Unit is one owner of addresses.
type Unit struct {
	Name    string
	Sector  Sector
	City    int
	County  string
	Contact string
	NAT     bool
	Ranges  []netip.Prefix
	Listed  bool // in the ledger
}

// Province is the address plan.
type Province struct {
	Units []Unit
	taken map[netip.Addr]bool
}

// New makes the province of a seed.
func New(n uint64) *Province {
	p := &Province{taken: map[netip.Addr]bool{}}
	rng := seed.Stream(n, "province")
	for city := range cityNames {
		p.addCity(rng, city)
	}
	return p
}

// Cities is the number of cities.
func Cities() int { return len(cityNames) }

// addCity gives the city 10.(8+8i).0.0/13 for its units, 100.(64+4i).0.0/14 for
// its broadband users and 2001:db8:1i00::/40.
func (p *Province) addCity(rng *rand.Rand, city int) {
	short := strings.TrimSuffix(cityNames[city], "市")
	next := uint32(10)<<24 | uint32(8+8*city)<<16
	broadband := uint32(100)<<24 | uint32(64+4*city)<<16
	for i, k := range unitKinds {
		u := Unit{
			Name: short + k.suffix, Sector: k.sector, City: city, NAT: k.nat,
			County:  short[:len("澜")] + seed.Pick(rng, countySuffixes),
			Contact: "信息中心 " + seed.Pick(rng, contactNames) + "老师",
			Listed:  city != Unowned,
		}
		from := &next
		if k.sector == Broadband {
			from = &broadband
		}
		size := uint32(1) << (32 - k.bits)
		start := (*from + size - 1) / size * size
		*from = start + size*uint32(1+rng.IntN(3)) // unassigned gaps between units
		u.Ranges = append(u.Ranges, netip.PrefixFrom(ipv4(start), k.bits))
		u.Ranges = append(u.Ranges, netip.PrefixFrom(ipv6(city, i), 48))
		p.Units = append(p.Units, u)
		p.addNested(&u, short, k.suffix)
	}
}

// addNested places units inside u: each takes the last free block of u's first
// range, so that the outer unit's own hosts stay at the low end.
func (p *Province) addNested(u *Unit, short, suffix string) {
	outer := u.Ranges[0]
	end := binary.BigEndian.Uint32(outer.Addr().AsSlice()) + uint32(1)<<(32-outer.Bits())
	for _, k := range nestedKinds {
		if k.inside != suffix {
			continue
		}
		size := uint32(1) << (32 - k.bits)
		end = (end - size) / size * size
		p.Units = append(p.Units, Unit{
			Name: short + k.suffix, Sector: k.sector, City: u.City, County: u.County, Contact: u.Contact,
			NAT: k.nat, Listed: u.Listed, Ranges: []netip.Prefix{netip.PrefixFrom(ipv4(end), k.bits)},
		})
	}
}

func ipv4(v uint32) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], v)
	return netip.AddrFrom4(b)
}

// ipv6 is the /48 of a city's unit.
func ipv6(city, unit int) netip.Addr {
	return netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 0x10 + byte(city), byte(unit + 1)})
}

// Host draws an address of one of the given cities' units that has not been
// drawn before. sector "" means any but the shared addresses behind a NAT.
func (p *Province) Host(rng *rand.Rand, cities []int, sector Sector, v6 bool) (netip.Addr, error) {
	return p.host(rng, v6, func(u *Unit) bool {
		return slices.Contains(cities, u.City) && !u.NAT && (sector == "" || u.Sector == sector)
	})
}

// Gateway draws an address that the ledger marks as a NAT.
func (p *Province) Gateway(rng *rand.Rand, cities []int) (netip.Addr, error) {
	return p.host(rng, false, func(u *Unit) bool { return slices.Contains(cities, u.City) && u.NAT })
}

func (p *Province) host(rng *rand.Rand, v6 bool, fits func(*Unit) bool) (netip.Addr, error) {
	var ranges []netip.Prefix
	for i := range p.Units {
		if !fits(&p.Units[i]) {
			continue
		}
		for _, r := range p.Units[i].Ranges {
			if r.Addr().Is6() == v6 {
				ranges = append(ranges, r)
			}
		}
	}
	if len(ranges) == 0 {
		return netip.Addr{}, errors.New("province: no unit has such addresses")
	}
	for range 1000 {
		a := Address(rng, seed.Pick(rng, ranges))
		if !p.taken[a] {
			p.taken[a] = true
			return a, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("province: no free address left in %d ranges", len(ranges))
}

// Address draws a host address of the range, never its first or last. Only the
// lower half of a range has hosts, because nested units sit at its end.
func Address(rng *rand.Rand, r netip.Prefix) netip.Addr {
	if r.Addr().Is6() {
		b := r.Addr().As16()
		b[7] = byte(rng.IntN(8)) // a few subnets
		binary.BigEndian.PutUint64(b[8:], 0x0200_00ff_fe00_0000|uint64(rng.IntN(1<<12)))
		return netip.AddrFrom16(b)
	}
	half := uint32(1) << (31 - r.Bits())
	return ipv4(binary.BigEndian.Uint32(r.Addr().AsSlice()) + 1 + rng.Uint32N(half-1))
}

// Ranges lists the ranges of the cities' units, IPv4 and IPv6 apart. Nested
// ones are left out: few of their hosts appear on their own.
func (p *Province) Ranges(cities []int) (v4, v6 []netip.Prefix) {
	for i := range p.Units {
		u := &p.Units[i]
		if !slices.Contains(cities, u.City) || len(u.Ranges) < 2 {
			continue
		}
		v4 = append(v4, u.Ranges[0])
		v6 = append(v6, u.Ranges[1])
	}
	return v4, v6
}
