package network

import (
	"math/rand/v2"

	"minewatch/cmd/flowgen/internal/wire"
)

// Transfer is one connection as its totals, for traffic that is too much to be
// simulated packet by packet.
type Transfer struct {
	Conn
	First, Last     int64 // ms since 1970
	Up, Down        Count
	UpFlags, DnFlag uint8
}

// Pass exports the records of a transfer, cut by the active timeout and sampled
// as each router of the site does, and returns how many those are.
func (n *Network) Pass(s *Site, t *Transfer, rng *rand.Rand) int {
	records := 0
	f := n.Open(s, t.Conn, rng)
	for i := range f.entries {
		count, flags := t.Up, t.UpFlags
		if i%2 == 1 {
			count, flags = t.Down, t.DnFlag
		}
		if count.Packets > 0 && !f.entries[i].blind {
			records += f.entries[i].pass(t.First, t.Last, count, flags)
		}
	}
	return records
}

// pass spreads the packets evenly over the time of the transfer.
func (e *entry) pass(first, last int64, c Count, flags uint8) int {
	size := c.Bytes / c.Packets
	if rate := int64(e.router.Sampling); rate > 1 {
		return e.passSampled(first, last, c.Packets/rate, size, flags)
	}
	first, last = first+e.router.Offset, last+e.router.Offset
	slices := min(1+(last-first)/max(e.router.Active, 1), c.Packets)
	step := (last - first) / slices
	for i := range slices {
		r := &e.rec
		r.First, r.Last = first+i*step, first+(i+1)*step
		r.Packets, r.Bytes, r.Flags = uint64(c.Packets/slices), uint64(c.Bytes/slices), flags&^(wire.SYN|wire.FIN)
		reason := uint8(wire.EndActive)
		if i < slices-1 {
			r.Last-- // the next packet opens the next record
		} else {
			r.Packets += uint64(c.Packets % slices)
			r.Bytes += uint64(c.Bytes % slices)
			r.Flags |= flags & wire.FIN
			reason = wire.EndOfFlow
		}
		if i == 0 {
			r.Flags |= flags & wire.SYN
		}
		r.Last = max(r.First, r.Last)
		at := r.Last
		if i == slices-1 && flags&wire.FIN == 0 {
			at, reason = at+e.router.Inactive, wire.EndIdle
		}
		e.export(at, reason)
	}
	return int(slices)
}

// passSampled exports each sampled packet as a record of its own: at one packet
// in 1,000 it is rare that two of a flow fall within one timeout.
func (e *entry) passSampled(first, last, packets, size int64, flags uint8) int {
	packets = max(packets, 1)
	for range packets {
		r := &e.rec
		r.First = first + e.rng.Int64N(last-first+1)
		r.Last, r.Packets, r.Bytes = r.First, 1, uint64(size)
		r.Flags = flags &^ (wire.SYN | wire.FIN)
		e.export(r.Last+e.router.Inactive, wire.EndIdle)
	}
	return int(packets)
}
