package network

import (
	"math/rand/v2"
	"net/netip"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/wire"
)

// Interfaces of every router: towards the users, and towards the world.
const (
	userIf  = 1
	worldIf = 2
)

// Conn is one connection between an address of the province and one outside.
type Conn struct {
	Inside, Outside netip.AddrPort
	Proto           uint8
}

// Flow is one connection on its way through the routers of a site.
type Flow struct {
	entries []entry // two for each router: up and down
	Up      Count
	Down    Count
	First   int64
	Last    int64
}

// Count is the true traffic of a direction, before any sampling.
type Count struct{ Packets, Bytes int64 }

// entry is one direction of a connection in the cache of one router.
type entry struct {
	router *Router
	net    *Network
	rng    *rand.Rand
	skip   int64 // packets that pass before the next one that is sampled
	open   bool
	blind  bool // the direction does not pass this router
	rec    wire.Record
}

// Open starts a connection at a site. The random stream decides which packets
// sampling routers count.
func (n *Network) Open(s *Site, c Conn, rng *rand.Rand) *Flow {
	f := &Flow{First: -1}
	for _, r := range s.Routers {
		up := wire.Record{
			Src: c.Inside.Addr(), SrcPort: c.Inside.Port(), Dst: c.Outside.Addr(), DstPort: c.Outside.Port(),
			Proto: c.Proto, InIf: userIf, OutIf: worldIf, Direction: wire.Ingress,
		}
		down := up
		down.Src, down.Dst, down.SrcPort, down.DstPort = up.Dst, up.Src, up.DstPort, up.SrcPort
		down.InIf, down.OutIf, down.Direction = worldIf, userIf, wire.Egress
		for _, rec := range []wire.Record{up, down} {
			e := entry{router: r, net: n, rng: rng, rec: rec, blind: r.UpOnly && rec.Direction == wire.Egress}
			if r.Sampling > 1 {
				// Uniform over one interval: every packet has the same chance,
				// also the first one of a short connection.
				e.skip = rng.Int64N(int64(r.Sampling))
			}
			f.entries = append(f.entries, e)
		}
	}
	return f
}

// Packet passes one packet. Packets of a direction must come in order of time.
func (f *Flow) Packet(at int64, up bool, bytes int, flags uint8) {
	first := 0
	count := &f.Up
	if !up {
		first, count = 1, &f.Down
	}
	count.Packets++
	count.Bytes += int64(bytes)
	if f.First < 0 {
		f.First = at
	}
	f.Last = max(f.Last, at)
	for i := first; i < len(f.entries); i += 2 {
		f.entries[i].packet(at, bytes, flags)
	}
}

// Close ends the connection: a router that saw FIN or RST exports at once,
// others when the inactive timeout has passed.
func (f *Flow) Close() {
	for i := range f.entries {
		e := &f.entries[i]
		switch {
		case !e.open:
		case e.rec.Flags&(wire.FIN|wire.RST) != 0:
			e.export(e.rec.Last, wire.EndOfFlow)
		default:
			e.expire()
		}
	}
}

func (e *entry) packet(at int64, bytes int, flags uint8) {
	if e.blind {
		return
	}
	if e.skip > 0 {
		e.skip--
		return
	}
	e.skip = e.gap()
	at += e.router.Offset
	if e.open && (at-e.rec.Last > e.router.Inactive || at-e.rec.First >= e.router.Active) {
		e.expire()
	}
	r := &e.rec
	if !e.open {
		e.open = true
		r.First, r.Bytes, r.Packets, r.Flags = at, 0, 0, 0
	}
	r.Last = at
	r.Bytes += uint64(bytes)
	r.Packets++
	r.Flags |= flags
	if e.router.Format == wire.SFlow {
		// An agent has no cache: the sample leaves as it was taken.
		e.open = false
		e.net.Export(e.router, *r)
	}
}

// gap is how many packets a sampling router lets pass before it takes one:
// random sampling with the rate as the mean, as routers do it to avoid beats.
func (e *entry) gap() int64 {
	rate := int64(e.router.Sampling)
	if rate <= 1 {
		return 0
	}
	return e.rng.Int64N(2*rate - 1)
}

// expire exports by the timeout that comes first.
func (e *entry) expire() {
	idle := e.rec.Last + e.router.Inactive
	active := e.rec.First + e.router.Active
	if active < idle {
		e.export(max(active, e.rec.Last), wire.EndActive)
		return
	}
	e.export(idle, wire.EndIdle)
}

func (e *entry) export(at int64, reason uint8) {
	// The cache is scanned once a second.
	e.rec.Export = (at/calendar.Second + 1) * calendar.Second
	e.rec.Reason = reason
	e.open = false
	e.net.Export(e.router, e.rec)
}

// Export hands a record on. At the end of the week every cache is flushed, so
// that the week is complete in itself.
func (n *Network) Export(r *Router, rec wire.Record) {
	if r.Format == wire.SFlow {
		rec.Export = rec.Last
	}
	if last := n.week.End() - calendar.Second; rec.Export > last {
		rec.Export, rec.Reason = max(last, rec.Last), wire.EndForced
	}
	n.take(r, rec)
}
