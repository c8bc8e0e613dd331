package decode

import (
	"encoding/binary"

	"minewatch/ingest/flow"
)

// columns reads the n records of a data set by the plan into new rows of out,
// all but their sampling rates, and returns the index of the first.
func (d *Decoder) columns(m *message, p *columnPlan, set []byte, n int, out *flow.Batch) (begin int) {
	begin = out.Extend(n)
	for _, write := range p.writers {
		write(out, begin, set, p.size)
	}
	if p.addresses != nil {
		d.addressColumns(p, set, out, begin)
	}
	if p.icmp != nil {
		d.icmpColumn(p, set, out, begin)
	}
	d.natColumns(p, set, out, begin)
	d.timeColumns(m, p, set, out, begin)
	fill(out.ReceivedAt[begin:], m.received.UnixMicro())
	fill(out.Domain[begin:], int64(m.domain))
	fill(out.Exporter.Codes[begin:], out.Exporter.Code(m.exporter.name))
	fill(out.Format.Codes[begin:], out.Format.Code(string(m.format())))
	return begin
}

// keepColumns finishes and counts the records from begin on: what keep does for
// one.
func (d *Decoder) keepColumns(a arrival, format flow.Format, out *flow.Batch, begin int) {
	d.counts.Records += int64(out.Len() - begin)
	if len(a.exporter.treated.borders) == 0 {
		fill(out.Boundary[begin:], flow.Null)
	} else {
		for i := begin; i < out.Len(); i++ {
			out.Boundary[i] = a.exporter.boundary(out.InIf[i], out.OutIf[i])
		}
	}
	unknown := int64(0)
	for _, rate := range out.SamplingRate[begin:] {
		if rate == 0 {
			unknown++
		}
	}
	if unknown > 0 {
		d.missSampling(a, format, unknown)
	}
}

// addressColumns picks the addresses record by record, where a template has both
// families.
func (d *Decoder) addressColumns(p *columnPlan, set []byte, out *flow.Batch, begin int) {
	o := &d.forward
	for i := begin; i < out.Len(); i++ {
		o.src4, o.dst4, o.src6, o.dst6 = [4]byte{}, [4]byte{}, [16]byte{}, [16]byte{}
		o.has4, o.has6, o.ipVersion = false, false, 0
		p.addresses.run(o, set)
		src, dst := o.addresses()
		out.SrcHi[i], out.SrcLo[i], out.DstHi[i], out.DstLo[i] = src.Hi, src.Lo, dst.Hi, dst.Lo
		set = set[p.size:]
	}
}

// icmpColumn puts ICMP's type and code where the destination port would be.
func (d *Decoder) icmpColumn(p *columnPlan, set []byte, out *flow.Batch, begin int) {
	for i := begin; i < out.Len(); i++ {
		if out.DstPort[i] == 0 && (out.Proto[i] == protoICMP || out.Proto[i] == protoICMPv6) {
			d.forward.icmp = 0
			p.icmp.run(&d.forward, set)
			out.DstPort[i] = port(d.forward.icmp)
		}
		set = set[p.size:]
	}
}

// natColumns sets the source behind a translation.
func (d *Decoder) natColumns(p *columnPlan, set []byte, out *flow.Batch, begin int) {
	if p.nat == nil {
		clear(out.HasNATSrc[begin:])
		clear(out.NATSrcHi[begin:])
		clear(out.NATSrcLo[begin:])
		fill(out.NATSrcPort[begin:], flow.Null)
		return
	}
	o := &d.forward
	for i := begin; i < out.Len(); i++ {
		o.nat4, o.nat6, o.natPort = [4]byte{}, [16]byte{}, 0
		p.nat.run(o, set)
		r := flow.Record{NATSrcPort: flow.Null}
		o.translation(&r)
		out.HasNATSrc[i], out.NATSrcHi[i], out.NATSrcLo[i], out.NATSrcPort[i] = r.HasNATSrc, r.NATSrc.Hi, r.NATSrc.Lo, r.NATSrcPort
		set = set[p.size:]
	}
}

// timeColumns sets the times and whose clock they are by.
func (d *Decoder) timeColumns(m *message, p *columnPlan, set []byte, out *flow.Batch, begin int) {
	now, trusted := m.received.UnixMilli(), d.trust(m.arrival)
	exporter, received := out.TimeSource.Code(string(flow.ExporterClock)), out.TimeSource.Code(string(flow.ReceivedClock))
	starts, ends, sources := out.StartedAt[begin:], out.EndedAt[begin:], out.TimeSource.Codes[begin:]
	for i := range starts {
		start, end, timed := p.shortTimes(m.clock, set)
		if !timed {
			start, end, timed = d.recordTimes(m, p, set)
		}
		switch {
		case timed && trusted.has(start, end):
			starts[i], ends[i], sources[i] = start, end, exporter
		case timed:
			d.distrust(m.arrival, end)
			fallthrough
		default:
			starts[i], ends[i], sources[i] = now, now, received
		}
		set = set[p.size:]
	}
}

// shortTimes gives the start and end of the first record of a set by the shortest
// way, where the two that most routers send are there and are said.
func (p *columnPlan) shortTimes(c clock, set []byte) (start, end int64, ok bool) {
	switch {
	case p.uptimes.end.length > 0 && c.hasUptime:
		start = c.at(binary.BigEndian.Uint32(set[p.uptimes.start.offset:]))
		end = c.at(binary.BigEndian.Uint32(set[p.uptimes.end.offset:]))
	case p.moments.end.length > 0:
		start = believable(binary.BigEndian.Uint64(set[p.moments.start.offset:]))
		end = believable(binary.BigEndian.Uint64(set[p.moments.end.offset:]))
	}
	if end-start > longestFlow {
		return end, end, end != 0 && start != 0
	}
	return start, max(start, end), start != 0 && end != 0
}

// recordTimes gives the start and end of the first record of a set, as
// span.resolve has it.
func (d *Decoder) recordTimes(m *message, p *columnPlan, set []byte) (start, end int64, ok bool) {
	if p.times == nil {
		return 0, 0, false
	}
	o := &d.forward
	o.times, o.systemInit = span{}, 0
	p.times.run(o, set)
	return o.times.resolve(m.anchor(o))
}

// rateColumn sets the sampling rates. Where they depend on the record, it is by
// its sampler and its interfaces, which neighbours often share.
func (d *Decoder) rateColumn(m *message, p *columnPlan, set []byte, out *flow.Batch, begin int) {
	o := &d.forward
	o.reset()
	e := m.exporter
	book := e.book.Load()
	if e.treated.sampling > 0 || (book.rates == 0 || book.all > 0) && !p.statesRate {
		// Whatever a record names, it finds this one.
		fill(out.SamplingRate[begin:], d.samplingRate(m, o))
		return
	}
	if p.statesRate {
		for i := begin; i < out.Len(); i++ {
			o.reset()
			p.rate.run(o, set)
			out.SamplingRate[i] = d.samplingRate(m, o)
			set = set[p.size:]
		}
		return
	}
	type named struct{ sampler, in, out uint64 }
	var last named
	for i := begin; i < out.Len(); i++ {
		o.samplerID, o.inIf, o.outIf = 0, 0, 0
		p.rate.run(o, set)
		if by := (named{o.samplerID, o.inIf, o.outIf}); i > begin && by == last {
			out.SamplingRate[i] = out.SamplingRate[i-1]
		} else {
			last = by
			out.SamplingRate[i] = d.samplingRate(m, o)
		}
		set = set[p.size:]
	}
}
