package decode

import "minewatch/ingest/flow"

// sample is what one flow sample says: its fixed part, and its flow records of
// the packet.
type sample struct {
	rate, input, output uint32

	framed   bool
	length   int64  // of the frame
	header   packet // dissected from the frame's own bytes
	dissects bool
	ip       packet // as the agent dissected it
	hasIP    bool
	srcAS    uint32
	dstAS    uint32
	broken   bool // some record could not be read
}

// sawHeader notes a sampled header of that kind, and how long its frame was.
func (s *sample) sawHeader(kind, length uint32, header []byte) {
	s.framed, s.length = true, int64(length)
	s.dissects = s.header.dissect(kind, header)
}

// sawFrame notes a frame of which the agent gives no header.
func (s *sample) sawFrame(length uint32) {
	if !s.framed {
		s.framed, s.length = true, int64(length)
	}
}

// unreadable says that records were there and none of them could be read. A
// sample that only holds other kinds is still a packet that was seen.
func (s *sample) unreadable() bool { return s.broken && !s.framed && !s.hasIP }

// endpoints takes the addresses from the packet's own header before the
// agent's reading of it.
func (s *sample) endpoints() *packet {
	if s.dissects {
		return &s.header
	}
	return &s.ip
}

// bytes takes the length of the frame before that of the IP packet.
func (s *sample) bytes() int64 {
	if s.framed {
		return s.length
	}
	return s.ip.length
}

// keepSamples appends the records of the samples that were read.
func (d *Decoder) keepSamples(a arrival, h sflowHeader, out *flow.Batch) {
	n := len(d.sampled)
	begin := out.Extend(n)
	fill(out.ReceivedAt[begin:], a.received.UnixMicro())
	fill(out.StartedAt[begin:], a.received.UnixMilli())
	fill(out.EndedAt[begin:], a.received.UnixMilli())
	fill(out.TimeSource.Codes[begin:], out.TimeSource.Code(string(flow.ReceivedClock)))
	fill(out.Exporter.Codes[begin:], out.Exporter.Code(a.exporter.name))
	fill(out.Domain[begin:], int64(h.subAgent))
	fill(out.Format.Codes[begin:], out.Format.Code(string(flow.SFlow)))
	fill(out.Packets[begin:], 1)
	fill(out.EndReason[begin:], flow.Null)
	fill(out.Direction[begin:], flow.Null)
	clear(out.HasNATSrc[begin:])
	clear(out.NATSrcHi[begin:])
	clear(out.NATSrcLo[begin:])
	fill(out.NATSrcPort[begin:], flow.Null)
	d.endpointColumns(out, begin)
	d.interfaceColumns(a, out, begin)
	d.keepColumns(a, flow.SFlow, out, begin)
}

// endpointColumns sets who talked to whom, and how long the packet was.
func (d *Decoder) endpointColumns(out *flow.Batch, begin int) {
	srcHi, srcLo, dstHi, dstLo := out.SrcHi[begin:], out.SrcLo[begin:], out.DstHi[begin:], out.DstLo[begin:]
	srcPort, dstPort := out.SrcPort[begin:], out.DstPort[begin:]
	proto, flags, octets := out.Proto[begin:], out.TCPFlags[begin:], out.Bytes[begin:]
	for i := range d.sampled {
		s := &d.sampled[i]
		p := s.endpoints()
		srcHi[i], srcLo[i], dstHi[i], dstLo[i] = p.src.Hi, p.src.Lo, p.dst.Hi, p.dst.Lo
		srcPort[i], dstPort[i] = p.srcPort, p.dstPort
		proto[i], flags[i] = p.proto, p.tcpFlags
		octets[i] = s.bytes()
	}
}

// interfaceColumns sets where the packet passed, and for how many it stands.
func (d *Decoder) interfaceColumns(a arrival, out *flow.Batch, begin int) {
	in, outgoing := out.InIf[begin:], out.OutIf[begin:]
	srcAS, dstAS, rate := out.SrcAS[begin:], out.DstAS[begin:], out.SamplingRate[begin:]
	for i := range d.sampled {
		s := &d.sampled[i]
		in[i], outgoing[i] = int64(s.input), int64(s.output)
		srcAS[i], dstAS[i] = int64(s.srcAS), int64(s.dstAS)
		rate[i] = a.exporter.fixedRate(s.rate)
	}
}
