package main

import (
	"fmt"

	"minewatch/ingest/flow"
)

const (
	perDatagram = 24
	exporters   = 16
	microsOfDay = 24 * 3600 * 1_000_000
)

// maker makes the flows of the day, a stretch of it at a time.
type maker struct {
	*plan
	state     uint64 // of the random numbers: xorshift, for they are most of the work
	exporters [exporters]int32
	sampling  int32
	mined     int64 // flows of miners in the whole day
}

func newMaker(p *plan, stretch int64) *maker {
	m := &maker{plan: p, state: mix(uint64(stretch) + 77), mined: min(int64(p.miners*p.reports), p.flows/2), sampling: 1000} //nolint:gosec // not negative
	if p.reports >= reportsUnsampled {
		m.sampling = 1
	}
	return m
}

func (m *maker) random() uint64 {
	m.state ^= m.state << 13
	m.state ^= m.state >> 7
	m.state ^= m.state << 17
	return m.state
}

// often is a number below n, small ones more often: the cube of an even one.
func (m *maker) often(n int) uint64 {
	u := float64(m.random()>>11) / (1 << 53)
	return uint64(u * u * u * float64(n))
}

var ports = [16]int32{443, 443, 443, 443, 443, 443, 443, 80, 80, 53, 53, 123, 8080, 5222, 22, 8443}

// fill adds the flows from one number to another, in the order of receipt.
func (m *maker) fill(b *flow.Batch, from, to int64) {
	start := m.day.UnixMicro()
	for i := range m.exporters {
		m.exporters[i] = b.Exporter.Code(fmt.Sprintf("10.255.0.%d", i))
	}
	format, clock := b.Format.Code(string(flow.NetFlow9)), b.TimeSource.Code(string(flow.ExporterClock))
	row := b.Extend(int(to - from))
	received, exporter := int64(0), uint64(0)
	for i := from; i < to; i, row = i+1, row+1 {
		if i == from || i%perDatagram == 0 {
			received = start + int64(float64(i)/float64(m.flows)*microsOfDay)
			exporter = m.random() % exporters
		}
		r := m.random()
		b.ReceivedAt[row] = received
		b.EndedAt[row] = received/1000 - int64(r>>20&0x3fff)
		b.StartedAt[row] = b.EndedAt[row] - int64(r>>34&0xffff)&(1<<(r&15)-1)
		m.ends(b, row, i, r)
		b.Packets[row] = 1 + int64(r>>50&0xff)&(1<<(r>>4&7)-1)
		b.Bytes[row] = b.Packets[row]*(40+int64(r>>58)) + int64(r>>8&0x3ff)
		b.SamplingRate[row], b.Exporter.Codes[row], b.Domain[row] = m.sampling, m.exporters[exporter], 0
		b.EndReason[row], b.Direction[row], b.Boundary[row] = flow.Null, flow.Null, flow.Null
		b.HasNATSrc[row], b.NATSrcHi[row], b.NATSrcLo[row], b.NATSrcPort[row] = false, 0, 0, flow.Null
		b.Format.Codes[row], b.TimeSource.Codes[row] = format, clock
	}
}

// ends sets who talks to whom. Every other flow is an answer.
func (m *maker) ends(b *flow.Batch, row int, i int64, r uint64) {
	var inside, outside flow.Addr
	insidePort, outsidePort := 20_000+int32(r>>24&0x7fff), ports[r>>40&15]
	b.Proto[row], b.TCPFlags[row] = 6, 0x1b
	answer := r>>44&1 == 1
	// Reports of miners lie evenly among the others, in the order of the day.
	if n := i * m.mined / m.flows; n != (i+1)*m.mined/m.flows {
		miner := uint64(n>>1) % uint64(m.miners) //nolint:gosec // not negative
		inside, outside = client(miner*31, false), m.pools[mix(miner)%uint64(len(m.pools))]
		if outside.Hi != 0 {
			inside = client(miner*31, true)
		}
		insidePort, outsidePort, answer = 20_000+int32(miner&0x7fff), poolPort, n&1 == 1 //nolint:gosec // cut to its bits
		if m.reports >= reportsUnsampled {
			b.StartedAt[row] = b.EndedAt[row] - 299_000
		}
	} else {
		ipv6 := float64(r>>48&0xffff) < m.ipv6*65536
		inside, outside = client(m.often(m.clients), ipv6), foreign(m.often(m.servers), ipv6)
		if outsidePort == 53 || outsidePort == 123 {
			b.Proto[row], b.TCPFlags[row] = 17, 0
		}
	}
	as := int64(mix(uint64(outside.Lo>>12)) % 4096) //nolint:gosec // a bit pattern
	if answer {
		b.SrcHi[row], b.SrcLo[row], b.SrcPort[row], b.SrcAS[row], b.InIf[row] = outside.Hi, outside.Lo, outsidePort, as, 17
		b.DstHi[row], b.DstLo[row], b.DstPort[row], b.DstAS[row], b.OutIf[row] = inside.Hi, inside.Lo, insidePort, 0, 1+int64(r>>46&7)
		return
	}
	b.SrcHi[row], b.SrcLo[row], b.SrcPort[row], b.SrcAS[row], b.InIf[row] = inside.Hi, inside.Lo, insidePort, 0, 1+int64(r>>46&7)
	b.DstHi[row], b.DstLo[row], b.DstPort[row], b.DstAS[row], b.OutIf[row] = outside.Hi, outside.Lo, outsidePort, as, 17
}
