package oracle

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

const (
	slot   = 5 * 60 * 1000 // ms
	hour   = 12 * slot
	ack    = 0x10
	push   = 0x08
	reset  = 0x04
	syn    = 0x02
	tcp    = 6
	listed = 8 // local ports that a contact names
)

// Contact is what one host had to do with one endpoint on the day.
type Contact struct {
	Host, Pool                 netip.Addr
	Port, Proto                int
	Entry, Feed, Match         string
	Coin, PoolName             string
	OutsideMs                  int64
	Feeds                      int
	Established, BothWays      bool
	Starts, Ends               []int64 // of the sessions
	DurationMs, LongestMs      int64
	Slots                      []int
	Hours                      int
	First, Last                int64
	Records                    int
	Traffic                    Traffic
	MaxConcurrent, Sampling    int
	Exporters, LocalPorts      string
	NLocalPorts                int
	HostEndpoints1h            int
	HostMedianMs, HostMedianPk float64
}

// Contacts computes the day, in the order of host, pool, port and protocol.
func Contacts(in *Input) []Contact {
	all := in.flows()
	hosts := map[netip.Addr][]session{}
	for k, flows := range all {
		for _, s := range sessions(connected(flows, in.SampledGap), in.Gap) {
			s.key = k
			hosts[k.host] = append(hosts[k.host], s)
		}
	}
	var list []Contact
	for k, flows := range all {
		if c, met := in.contact(k, flows); met {
			c.HostEndpoints1h, c.HostMedianMs, c.HostMedianPk = spread(hosts[k.host])
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b Contact) int {
		return cmp.Or(a.Host.Compare(b.Host), a.Pool.Compare(b.Pool), a.Port-b.Port, a.Proto-b.Proto)
	})
	return list
}

// contact gives the figures of one; a host that was only knocked on from
// outside met nobody.
func (in *Input) contact(k key, flows []flow) (Contact, bool) {
	c := Contact{
		Host: k.host, Pool: k.pool, Port: k.port, Proto: k.proto,
		First: flows[0].start, Last: flows[0].end, Records: len(flows), Traffic: traffic(flows, in.Start, in.End),
		MaxConcurrent: concurrent(flows, in.Gap), Slots: slots(flows, in.Start),
	}
	best := flows[0].entry
	feeds, exporters, ports := map[string]bool{}, map[string]bool{}, map[int]bool{}
	var up, down, liveUp, liveDown, pushed, acknowledged bool
	for i := range flows {
		f := &flows[i]
		c.First, c.Last = min(c.First, f.start), max(c.Last, f.end)
		c.Sampling = max(c.Sampling, f.Sampling, 1)
		if f.entry.before(best) {
			best = f.entry
		}
		feeds[f.entry.Feed], exporters[f.Exporter] = true, true
		if f.local != 0 {
			ports[f.local] = true
		}
		up, down = up || f.up, down || !f.up
		pushed = pushed || f.Flags&(ack|push) == ack|push
		liveUp, liveDown = liveUp || f.up && f.answers(), liveDown || !f.up && f.answers()
		acknowledged = acknowledged || f.up && f.acknowledges()
	}
	c.Entry, c.Feed, c.Match, c.OutsideMs, c.Feeds = best.ID, best.Feed, best.match, best.outside, len(feeds)
	if best.match == "port" {
		c.Coin, c.PoolName = best.Coin, best.Pool
	}
	c.BothWays, c.Established = up && down, pushed || liveUp && liveDown || acknowledged && (liveDown || !down)
	c.Exporters = strings.Join(sortedKeys(exporters), ",")
	c.NLocalPorts = len(ports)
	var named []string
	for _, p := range sortedKeys(ports) {
		named = append(named, strconv.Itoa(p))
	}
	c.LocalPorts = strings.Join(named[:min(listed, len(named))], ",")
	for _, s := range sessions(connected(flows, in.SampledGap), in.Gap) {
		c.Starts, c.Ends = append(c.Starts, s.start), append(c.Ends, s.end)
		c.DurationMs += s.end - s.start
		c.LongestMs = max(c.LongestMs, s.end-s.start)
	}
	hours := map[int]bool{}
	for _, s := range c.Slots {
		hours[s/12] = true
	}
	c.Hours = len(hours)
	return c, up || c.Established
}

// answers tells whether a flow is more than a knock (SYN) or a refusal (RST).
func (f *flow) answers() bool {
	return f.Proto != tcp || f.Flags == 0 || f.Flags&ack != 0 && f.Flags&reset == 0 || f.Packets > 3
}

// acknowledges tells whether a sampled flow has an ACK of an open connection in
// it: not of a knock, an answer to one or a refusal.
func (f *flow) acknowledges() bool {
	return f.Sampling > 1 && f.Proto == tcp && f.Flags&ack != 0 && f.Flags&(syn|reset) == 0
}

// slots are the 5-minute slots in which a flow was under way.
func slots(flows []flow, dayStart int64) []int {
	seen := map[int]bool{}
	for _, f := range flows {
		for s := (f.start - dayStart) / slot; s <= (f.end-dayStart)/slot; s++ {
			seen[int(s)] = true
		}
	}
	return sortedKeys(seen)
}

func sortedKeys[K cmp.Ordered](m map[K]bool) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
