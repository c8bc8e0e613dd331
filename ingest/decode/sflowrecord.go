package decode

import (
	"bytes"
	"encoding/binary"

	"github.com/netsampler/goflow2/v2/decoders/sflow"

	"minewatch/ingest/flow"
)

// sighting is what the flow records of one sample say of the sampled packet.
type sighting struct {
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

// sight reads the count flow records of a sample. Kinds that say nothing of a
// flow (VLAN, next hop, users, URLs and whatever is yet to come) are passed
// over by their length.
func sight(count uint32, b []byte) sighting {
	var s sighting
	for range count {
		if len(b) < headerSample || uint64(binary.BigEndian.Uint32(b[4:])) > uint64(len(b)-headerSample) {
			s.broken = true
			return s
		}
		header := sflow.RecordHeader{DataFormat: binary.BigEndian.Uint32(b), Length: binary.BigEndian.Uint32(b[4:])}
		body := b[headerSample:][:header.Length]
		b = b[headerSample+len(body):]
		switch header.DataFormat {
		case sflow.FLOW_TYPE_RAW, sflow.FLOW_TYPE_ETH, sflow.FLOW_TYPE_IPV4, sflow.FLOW_TYPE_IPV6, sflow.FLOW_TYPE_EXT_GATEWAY:
		default:
			continue
		}
		read, err := sflow.DecodeFlowRecord(&header, bytes.NewBuffer(body))
		if err != nil {
			s.broken = true
			continue
		}
		s.take(read.Data)
	}
	return s
}

// take notes what one flow record says.
func (s *sighting) take(data any) {
	switch v := data.(type) {
	case sflow.SampledHeader:
		s.framed, s.length = true, int64(v.FrameLength)
		// goflow2 leaves XDR's padding to whole words behind the header.
		sampled := v.HeaderData[:min(uint64(v.OriginalLength), uint64(len(v.HeaderData)))]
		s.header, s.dissects = dissect(v.Protocol, sampled)
	case sflow.SampledEthernet:
		if !s.framed {
			s.framed, s.length = true, int64(v.Length)
		}
	case sflow.SampledIPv4:
		s.ip, s.hasIP = sampledIP(v.SampledIPBase), true
	case sflow.SampledIPv6:
		s.ip, s.hasIP = sampledIP(v.SampledIPBase), true
	case sflow.ExtendedGateway:
		s.srcAS = v.SrcAS
		if len(v.ASPath) > 0 {
			s.dstAS = v.ASPath[len(v.ASPath)-1]
		}
	}
}

func sampledIP(v sflow.SampledIPBase) packet {
	return packet{
		src: addressOf(v.SrcIP), dst: addressOf(v.DstIP),
		srcPort: port(uint64(v.SrcPort)), dstPort: port(uint64(v.DstPort)),
		proto:    int16(v.Protocol & 0xff),
		tcpFlags: int16(v.TcpFlags & 0x0fff),
		length:   int64(v.Length),
	}
}

func addressOf(b []byte) flow.Addr {
	switch len(b) {
	case 4:
		return flow.AddrFrom4([4]byte(b))
	case 16:
		return flow.AddrFrom16([16]byte(b))
	default:
		return flow.Addr{}
	}
}

// unreadable says that records were there and none of them could be read. A
// sample that only holds other kinds is still a packet that was seen.
func (s *sighting) unreadable() bool { return s.broken && !s.framed && !s.hasIP }

// fill takes the addresses from the packet's own header before the agent's
// reading of it, and the length of the frame before that of the IP packet.
func (s *sighting) fill(r *flow.Record) {
	switch {
	case s.dissects:
		s.header.fill(r)
	case s.hasIP:
		s.ip.fill(r)
	}
	r.Bytes = s.length
	if !s.framed {
		r.Bytes = s.ip.length
	}
	r.SrcAS, r.DstAS = int64(s.srcAS), int64(s.dstAS)
}
