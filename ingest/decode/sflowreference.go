package decode

import (
	"bytes"

	"github.com/netsampler/goflow2/v2/decoders/sflow"

	"minewatch/ingest/flow"
)

// referenceSFlowHeader has goflow2 read a header. It gets the header alone: on
// a sample that it does not know it would throw the whole datagram away.
func referenceSFlowHeader(b []byte) (sflowHeader, error) {
	var p sflow.Packet
	err := sflow.DecodeMessageVersion(bytes.NewBuffer(b), &p)
	return sflowHeader{p.SubAgentId, p.SamplesCount}, err
}

// referenceRead has goflow2 read the fixed part of a flow sample, whose count of
// records was checked: it would allocate for them unseen.
func (s *sample) referenceRead(format uint32, fixed []byte) {
	read, err := sflow.DecodeSample(&sflow.SampleHeader{Format: format}, bytes.NewBuffer(fixed))
	if err != nil {
		panic(err) // length and count were checked
	}
	switch v := read.(type) {
	case sflow.FlowSample:
		s.rate, s.input, s.output = v.SamplingRate, compactInterface(v.Input), compactInterface(v.Output)
	case sflow.ExpandedFlowSample:
		s.rate = v.SamplingRate
		s.input, s.output = expandedInterface(v.InputIfFormat, v.InputIfValue), expandedInterface(v.OutputIfFormat, v.OutputIfValue)
	}
}

// referenceRecord has goflow2 read one flow record.
func (s *sample) referenceRecord(kind uint32, b []byte) bool {
	switch kind {
	case sflow.FLOW_TYPE_RAW, sflow.FLOW_TYPE_ETH, sflow.FLOW_TYPE_IPV4, sflow.FLOW_TYPE_IPV6, sflow.FLOW_TYPE_EXT_GATEWAY:
	default:
		return true
	}
	read, err := sflow.DecodeFlowRecord(&sflow.RecordHeader{DataFormat: kind, Length: uint32(len(b))}, bytes.NewBuffer(b))
	if err != nil {
		return false
	}
	switch v := read.Data.(type) {
	case sflow.SampledHeader:
		// goflow2 leaves XDR's padding to whole words behind the header.
		s.sawHeader(v.Protocol, v.FrameLength, v.HeaderData[:min(uint64(v.OriginalLength), uint64(len(v.HeaderData)))])
	case sflow.SampledEthernet:
		s.sawFrame(v.Length)
	case sflow.SampledIPv4:
		s.ip, s.hasIP = referenceIP(v.SampledIPBase), true
	case sflow.SampledIPv6:
		s.ip, s.hasIP = referenceIP(v.SampledIPBase), true
	case sflow.ExtendedGateway:
		s.srcAS = v.SrcAS
		if len(v.ASPath) > 0 {
			s.dstAS = v.ASPath[len(v.ASPath)-1]
		}
	}
	return true
}

func referenceIP(v sflow.SampledIPBase) packet {
	return packet{
		src: addressOf(v.SrcIP), dst: addressOf(v.DstIP),
		srcPort: port(uint64(v.SrcPort)), dstPort: port(uint64(v.DstPort)),
		proto:    int16(v.Protocol & 0xff),
		tcpFlags: int16(v.TcpFlags & 0x0fff),
		length:   int64(v.Length),
	}
}

func addressOf(b []byte) flow.Addr {
	if len(b) == 4 {
		return flow.AddrFrom4([4]byte(b))
	}
	return flow.AddrFrom16([16]byte(b))
}

// keepSampleRecords appends the records of the samples one by one, as those of
// goflow2's other decoders are.
func (d *Decoder) keepSampleRecords(a arrival, h sflowHeader, out *flow.Batch) {
	for i := range d.sampled {
		s := &d.sampled[i]
		r := a.newRecord(flow.SFlow, h.subAgent)
		s.endpoints().fill(&r)
		r.Bytes, r.Packets = s.bytes(), 1
		r.SamplingRate = a.exporter.fixedRate(s.rate)
		r.InIf, r.OutIf = int64(s.input), int64(s.output)
		r.SrcAS, r.DstAS = int64(s.srcAS), int64(s.dstAS)
		d.keep(&r, a, out)
	}
}
