package oracle

import (
	"cmp"
	"math/big"
	"slices"
)

// session is a stretch of contact with one endpoint.
type session struct {
	key
	start, end int64
	packets    int64 // of the exporter that saw the most
}

// connected extends sampled TCP flows to the next one of the same connection,
// where that begins within the gap.
func connected(flows []flow, gap int64) []flow {
	flows = slices.Clone(flows)
	slices.SortFunc(flows, func(a, b flow) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end)) })
	last := map[int]*flow{}
	for i := range flows {
		f := &flows[i]
		if f.Sampling <= 1 || f.Proto != tcp || f.local == 0 {
			continue
		}
		if before := last[f.local]; before != nil && f.start-before.end <= gap {
			before.until = max(before.until, f.start)
		}
		last[f.local] = f
	}
	return flows
}

// stitch groups flows whose silences stay within the gap.
func stitch(flows []flow, gap int64) [][]flow {
	flows = slices.Clone(flows)
	slices.SortFunc(flows, func(a, b flow) int { return cmp.Compare(a.start, b.start) })
	var groups [][]flow
	var reached int64
	for i, f := range flows {
		if i == 0 || f.start-reached > gap {
			groups = append(groups, nil)
			reached = f.until
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], f)
		reached = max(reached, f.until)
	}
	return groups
}

func sessions(flows []flow, gap int64) []session {
	var list []session
	for _, group := range stitch(flows, gap) {
		s := session{start: group[0].start, end: group[0].end}
		packets := map[string]*big.Int{}
		for _, f := range group {
			s.end = max(s.end, f.end)
			add(packets, f.Exporter, f.scaled(f.Packets))
		}
		for _, n := range packets {
			s.packets = max(s.packets, capped(n))
		}
		list = append(list, s)
	}
	return list
}

// concurrent is how many local ports had a session open at the same
// millisecond, at most: one that ends as another begins is not open any more,
// but for one of that millisecond alone.
func concurrent(flows []flow, gap int64) int {
	byPort := map[int][]flow{}
	for _, f := range flows {
		byPort[f.local] = append(byPort[f.local], f)
	}
	var open []session
	for _, list := range byPort {
		open = append(open, sessions(list, gap)...)
	}
	most := 0
	for _, at := range open {
		n := 0
		for _, s := range open {
			if s.start <= at.start && at.start < max(s.end, s.start+1) {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// spread is how many endpoints a host began to meet within an hour, and its
// median session.
func spread(list []session) (endpoints int, ms, packets float64) {
	for _, at := range list {
		met := map[key]bool{}
		for _, s := range list {
			if s.start <= at.start && s.start >= at.start-hour {
				met[s.key] = true
			}
		}
		endpoints = max(endpoints, len(met))
	}
	var lengths, counts []float64
	for _, s := range list {
		lengths = append(lengths, float64(s.end-s.start))
		counts = append(counts, float64(s.packets))
	}
	return endpoints, median(lengths), median(counts)
}

func median(list []float64) float64 {
	slices.Sort(list)
	n := len(list)
	return (list[(n-1)/2] + list[n/2]) / 2
}
