package report

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// leastShown is how many suspects a line of a public version has at least: fewer
// lead to somebody.
const leastShown = 5

// Mask is the week as the public may read it. It is a list of what stays: what a
// later field of a week says is not in it until somebody adds it here. The given
// week is left as it is.
//
// Lines of cities and sectors with fewer than five suspects are put together in
// one. That line has at least two of them and at least five suspects, or takes the
// smallest of the others in: as the total is told, a difference would tell what a
// line alone does.
func Mask(week *Week) (*Week, error) {
	if strings.Contains(week.Region, "/") {
		return nil, fmt.Errorf("region %s: a public version is of everything or of a city: a county has too few suspects", week.Region)
	}
	if n := suspected(&week.Total); week.Region != "" && n > 0 && n < leastShown {
		return nil, fmt.Errorf("region %s has fewer than %d suspects: its public version would lead to somebody; write one of everything", week.Region, leastShown)
	}
	masked := &Week{
		Masked: true,
		Name:   week.Name, From: week.From, To: week.To, Zone: week.Zone, Region: week.Region, Site: week.Site,
		AsOf: week.AsOf, ChainHead: week.ChainHead, ProgramVersion: week.ProgramVersion, ConfigHash: week.ConfigHash,
		FeedVersions: week.FeedVersions, LedgerVersions: week.LedgerVersions,
		Total: week.Total, Last: week.Last, Pools: week.Pools, Coins: week.Coins,
		Cities: maskCities(week.Cities), Sectors: maskSectors(week.Sectors),
		Hosts: maskPast(week.Hosts), UnitPast: maskPast(week.UnitPast),
		Trend: maskTrend(week.Trend), Coverage: maskCoverage(week.Coverage), MinCoverage: week.MinCoverage, CleanDays: week.CleanDays,
	}
	if last := week.Last; last != nil {
		if n := suspected(last); n > 0 && n < leastShown {
			masked.Last, masked.LastFew = nil, true
		}
	}
	masked.Places = maskPlaces(week.Places, masked.Cities)
	for _, d := range week.Days {
		d.Coverage = maskCoverage(d.Coverage)
		masked.Days = append(masked.Days, d)
	}
	for i := range week.Suspects {
		masked.Suspects = append(masked.Suspects, maskSuspect(&week.Suspects[i], week.Zone))
	}
	return masked, nil
}

// maskSuspect keeps how strong a suspicion is and of what, not whose, where or
// when to the hour.
func maskSuspect(s *Suspect, zone *time.Location) Suspect {
	masked := Suspect{
		Rank: s.Rank, Host: MaskAddress(s.Host), Grade: s.Grade, Score: s.Score,
		ContactDays: s.ContactDays, ContactHours: s.ContactHours, DurationSeconds: s.DurationSeconds,
		FirstSeen: dayOnly(s.FirstSeen, zone), LastSeen: dayOnly(s.LastSeen, zone),
		BytesUp: s.BytesUp, BytesDown: s.BytesDown, Coins: s.Coins, Pools: s.Pools, Status: s.Status,
	}
	for _, e := range s.Evidence {
		if e.Name == "sampled" { // durations are lower bounds
			masked.Evidence = append(masked.Evidence, Evidence{Name: e.Name})
		}
	}
	return masked
}

// MaskAddress keeps the first 16 bits of an IPv4 address and the first 32 of an
// IPv6 address. What is no address becomes x.
func MaskAddress(host string) string {
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return "x"
	}
	addr = addr.Unmap()
	if addr.Is4() {
		b := addr.As4()
		return fmt.Sprintf("%d.%d.x.x", b[0], b[1])
	}
	b := addr.As16()
	return fmt.Sprintf("%x:%x:x:x:x:x:x:x", uint16(b[0])<<8|uint16(b[1]), uint16(b[2])<<8|uint16(b[3]))
}

func dayOnly(t time.Time, zone *time.Location) time.Time {
	if t.IsZero() {
		return t
	}
	if zone == nil {
		zone = time.UTC
	}
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// maskPast keeps what is counted.
func maskPast(list []Past) []Past {
	masked := make([]Past, len(list))
	for i := range list {
		masked[i] = Past{Suspect: list[i].Suspect, Status: list[i].Status, UnknownBecause: list[i].UnknownBecause}
	}
	return masked
}

// maskCoverage leaves out the addresses of routers.
func maskCoverage(c Coverage) Coverage {
	c.ShortExporters = nil
	return c
}

// maskCities puts the small lines together, and those with clues only. The line of
// the hosts without an owner is no place, and stays.
func maskCities(cities []Region) []Region {
	var places, noOwner []Region
	for _, r := range cities {
		if r.WithoutAnOwner {
			noOwner = append(noOwner, r)
		} else {
			r.County, r.Rank, r.LastRank = "", 0, 0
			places = append(places, r)
		}
	}
	shown, small := split(places, func(r Region) int { return r.A + r.B })
	if len(small) > 0 {
		rest := Region{Others: true}
		for _, r := range small {
			rest.A, rest.B, rest.C = rest.A+r.A, rest.B+r.B, rest.C+r.C
			rest.Units, rest.Hours, rest.Bytes = rest.Units+r.Units, rest.Hours+r.Hours, rest.Bytes+r.Bytes
			rest.SharePercent += r.SharePercent
		}
		shown = append(shown, rest)
	}
	return append(shown, noOwner...)
}

// maskPlaces shows the cities that have a line of their own, and of the others
// neither whether they have suspects nor how many. Counties go.
func maskPlaces(places []Place, shown []Region) []Place {
	var masked []Place
	for _, r := range places {
		if r.County != "" {
			continue
		}
		if !slices.ContainsFunc(shown, func(line Region) bool { return !line.Others && !line.WithoutAnOwner && line.City == r.City }) {
			r = Place{Code: r.Code, City: r.City, Hidden: true}
		}
		masked = append(masked, r)
	}
	return masked
}

// maskTrend leaves out the figures of weeks with few suspects.
func maskTrend(weeks []TrendWeek) []TrendWeek {
	var masked []TrendWeek
	for _, w := range weeks {
		if w.Hosts > 0 && w.Hosts < leastShown {
			w = TrendWeek{From: w.From, Nights: w.Nights, NightsCovered: w.NightsCovered, Few: true}
		}
		masked = append(masked, w)
	}
	return masked
}

// maskSectors does the same for sectors; those without a sector are no sector.
func maskSectors(sectors []Share) []Share {
	var named, unknown []Share
	for _, s := range sectors {
		if s.Name == "" {
			unknown = append(unknown, s)
		} else {
			named = append(named, s)
		}
	}
	shown, small := split(named, func(s Share) int { return s.Hosts })
	if len(small) > 0 {
		rest := Share{Others: true}
		for _, s := range small {
			rest.Hosts, rest.SharePercent = rest.Hosts+s.Hosts, rest.SharePercent+s.SharePercent
		}
		shown = append(shown, rest)
	}
	return append(shown, unknown...)
}

// split is the lines that are shown, in their order, and those that are put
// together.
func split[T any](lines []T, suspects func(T) int) (shown, small []T) {
	sum := 0
	for _, line := range lines {
		if n := suspects(line); n < leastShown {
			small, sum = append(small, line), sum+n
		} else {
			shown = append(shown, line)
		}
	}
	for len(small) > 0 && len(shown) > 0 && (len(small) < 2 || sum < leastShown) {
		least := slices.MinFunc(shown, func(a, b T) int { return cmp.Compare(suspects(a), suspects(b)) })
		i := slices.IndexFunc(shown, func(line T) bool { return suspects(line) == suspects(least) })
		small, sum = append(small, shown[i]), sum+suspects(shown[i])
		shown = slices.Delete(shown, i, i+1)
	}
	return shown, small
}
