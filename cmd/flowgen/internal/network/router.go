package network

import (
	"fmt"
	"net/netip"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/wire"
)

// Router is one exporter and the timeouts of its cache.
type Router struct {
	wire.Spec
	Active   int64 // ms: a longer flow is cut
	Inactive int64 // ms: a flow that is quiet for longer is ended
	Offset   int64 // ms: how much later than the first router of its site it sees a packet
	Skew     int64 // ms: how far its clock is ahead
	UpOnly   bool  // it sees what leaves the province: the answers come another way
	Index    int   // in Network.Routers
}

// Site is a part of the province whose traffic passes the same routers. Two
// routers on the way see, and export, every packet twice.
type Site struct {
	Name    string
	Cities  []int
	Routers []*Router
	IPv6    bool
	Live    bool    // exports on the last day only, to be replayed over UDP
	Share   float64 // of the background flows
	Index   int     // in Network.Sites
}

// Sampling is the rate of the site's routers.
func (s *Site) Sampling() uint32 { return s.Routers[0].Sampling }

// Network is all sites and all routers.
type Network struct {
	Sites   []*Site
	Routers []*Router
	week    calendar.Week
	take    func(*Router, wire.Record)
}

// The sites by name.
const (
	Core     = "core"     // two routers, NetFlow v9 and IPFIX, see the same flows
	Transit  = "transit"  // NetFlow v9, sees one direction only
	Metro    = "metro"    // NetFlow v5
	Edge     = "edge"     // IPFIX with IPv6
	County   = "county"   // NetFlow v9, its clock says local time and calls it UTC
	Backbone = "backbone" // NetFlow v9, one packet in 1,000
	Campus   = "campus"   // sFlow, one packet in 1,000; IPFIX where every packet counts
	Live     = "live"     // followed by 1, 2, 3
)

// MaxLive is how many live exporters there can be.
const MaxLive = 3

// Options says how the network differs from the default.
type Options struct {
	Live      int     // live exporters, 0 to MaxLive
	LiveShare float64 // of the background flows
	Sampling  uint32  // rate of all routers; 0 = as each is by default
}

// New builds the network. Every record that leaves a cache is given to take.
func New(w calendar.Week, o Options, take func(*Router, wire.Record)) *Network {
	const minute = calendar.Minute
	n := &Network{week: w, take: take}
	captured := 1 - o.LiveShare
	if o.Live == 0 {
		captured = 1
	}
	// Half-way through Thursday the uptime of core-1 passes 2^32 ms.
	wraps := w.At(3, 12.5) - 1<<32
	core := n.site(Core, 0.30*captured, 0, 1, 2)
	n.router(core, "core-1", wire.NetFlow9, Router{Active: minute, Spec: wire.Spec{BootedAt: wraps}})
	n.router(core, "core-2", wire.IPFIX, Router{Active: 30 * minute, Offset: 3})
	n.router(n.site(Transit, 0.05*captured, 3), "transit-1", wire.NetFlow9, Router{Active: minute, UpOnly: true})
	n.router(n.site(Metro, 0.22*captured, 4, 5), "metro-1", wire.NetFlow5, Router{Active: 2 * minute})
	edge := n.site(Edge, 0.15*captured, 6)
	edge.IPv6 = true
	n.router(edge, "edge-1", wire.IPFIX, Router{Active: 30 * minute})
	n.router(n.site(County, 0.04*captured, 7), "county-1", wire.NetFlow9, Router{Active: minute, Skew: 8 * calendar.Hour})
	n.router(n.site(Backbone, 0.12*captured, 8), "backbone-1", wire.NetFlow9, Router{Active: minute, Spec: wire.Spec{Sampling: 1000, Samplers: true, AbsoluteTimes: true}})
	campus := wire.SFlow
	if o.Sampling == 1 {
		campus = wire.IPFIX // no sFlow agent sends every packet
	}
	n.router(n.site(Campus, 0.12*captured, 9), "campus-1", campus, Router{Active: 30 * minute, Spec: wire.Spec{Sampling: 1000}})
	for i, format := range []wire.Format{wire.NetFlow9, wire.IPFIX, wire.NetFlow5}[:o.Live] {
		s := n.site(fmt.Sprintf("%s%d", Live, i+1), o.LiveShare/float64(o.Live), 10)
		s.Live, s.IPv6 = true, format == wire.IPFIX
		r := n.router(s, fmt.Sprintf("live-%d", i+1), format, Router{Active: minute})
		// Replayed over loopback, where any 127.x.y.z may be a source address,
		// so that the collector sees the exporter that the truth names.
		r.Address = netip.AddrFrom4([4]byte{127, 0, 0, byte(11 + i)})
	}
	for _, r := range n.Routers {
		if o.Sampling > 0 {
			r.Sampling = o.Sampling
		}
	}
	return n
}

func (n *Network) site(name string, share float64, cities ...int) *Site {
	s := &Site{Name: name, Cities: cities, Share: share, Index: len(n.Sites)}
	n.Sites = append(n.Sites, s)
	return s
}

// router completes r and puts it on the way of the site's traffic.
func (n *Network) router(s *Site, name string, f wire.Format, r Router) *Router {
	const day = 24 * calendar.Hour
	r.Index = len(n.Routers)
	r.Name, r.Format = name, f
	r.Address = netip.AddrFrom4([4]byte{10, 255, 0, byte(r.Index + 1)})
	r.Domain = uint32(r.Index + 1)
	r.Inactive = 15 * calendar.Second
	if r.Sampling == 0 {
		r.Sampling = 1
	}
	if r.BootedAt == 0 {
		r.BootedAt = n.week.Start() - int64(3+2*r.Index)*day - 4711
	}
	s.Routers = append(s.Routers, &r)
	n.Routers = append(n.Routers, &r)
	return &r
}

// Site finds a site by its name, or returns nil.
func (n *Network) Site(name string) *Site {
	for _, s := range n.Sites {
		if s.Name == name {
			return s
		}
	}
	return nil
}
