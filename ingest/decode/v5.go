package decode

import (
	"bytes"
	"encoding/binary"

	"github.com/netsampler/goflow2/v2/decoders/netflow"
	"github.com/netsampler/goflow2/v2/decoders/netflowlegacy"

	"minewatch/ingest/flow"
)

// The layout of NetFlow v5 (Cisco, "NetFlow Export Datagram Format", tables
// B-3 and B-4).
const (
	versionNetFlow5 = 5

	headerNetFlow5 = 24
	recordNetFlow5 = 48
	// mostNetFlow5 is how many records a v5 datagram may have; its sequence
	// numbers and the buffers of every exporter are made for that.
	mostNetFlow5 = 30
	// samplingMaskNetFlow5 leaves the rate; the upper two bits are the mode.
	samplingMaskNetFlow5 = 0x3fff
)

// fieldsNetFlow5 is the layout of a record as the template that v5 does not
// need: the elements by which v9 and IPFIX say the same.
var fieldsNetFlow5 = []netflow.Field{
	{Type: sourceIPv4Address, Length: 4},
	{Type: destinationIPv4Address, Length: 4},
	{Type: paddingOctets, Length: 4}, // the next hop
	{Type: ingressInterface, Length: 2},
	{Type: egressInterface, Length: 2},
	{Type: packetDeltaCount, Length: 4},
	{Type: octetDeltaCount, Length: 4},
	{Type: flowStartSysUpTime, Length: 4},
	{Type: flowEndSysUpTime, Length: 4},
	{Type: sourceTransportPort, Length: 2},
	{Type: destinationTransportPort, Length: 2},
	{Type: paddingOctets, Length: 1},
	{Type: tcpControlBits, Length: 1},
	{Type: protocolIdentifier, Length: 1},
	{Type: paddingOctets, Length: 1}, // the type of service
	{Type: bgpSourceAsNumber, Length: 2},
	{Type: bgpDestinationAsNumber, Length: 2},
	{Type: paddingOctets, Length: 4}, // the masks
}

// templateNetFlow5 compiles the layout.
func templateNetFlow5() *template {
	t, err := compile(versionNetFlow5, fieldsNetFlow5, 0, false)
	if err != nil || t.columns == nil || t.size != recordNetFlow5 {
		panic("decode: the layout of netflow v5 does not compile")
	}
	return t
}

// netflow5 decodes a v5 datagram.
//
// A count that the format does not allow, or that the bytes do not hold, means
// that the header is not what it seems (cut, forged, or another protocol), so
// nothing of it is believed: the datagram is malformed and so are the records
// that it announced. Bytes behind the last record do no harm; further
// messages there are not read, for a datagram is one message.
func (d *Decoder) netflow5(a arrival, payload []byte, out *flow.Batch) {
	if len(payload) < headerNetFlow5 {
		d.refuse(a, "shorter than a netflow v5 header")
		return
	}
	count := int(binary.BigEndian.Uint16(payload[2:]))
	size := headerNetFlow5 + count*recordNetFlow5
	if count > mostNetFlow5 || size > len(payload) {
		d.counts.Records += int64(count)
		d.counts.RecordsMalformed += int64(count)
		d.refuse(a, "netflow v5 record count does not fit")
		return
	}
	d.counts.DatagramsDecoded++
	d.sightNetFlow5(a, payload)
	d.counts.StrayBytes += int64(len(payload) - size)
	m := message{
		arrival: a,
		version: versionNetFlow5,
		domain:  uint32(binary.BigEndian.Uint16(payload[20:])), // the engine's type and number
		clock: clock{
			export:    int64(binary.BigEndian.Uint32(payload[8:]))*1000 + int64(binary.BigEndian.Uint32(payload[12:]))/1e6,
			uptime:    binary.BigEndian.Uint32(payload[4:]),
			hasUptime: true,
		},
	}
	rate := a.exporter.fixedRate(uint32(binary.BigEndian.Uint16(payload[22:]) & samplingMaskNetFlow5))
	if d.options.Reference {
		d.referenceNetFlow5(&m, payload[:size], rate, out)
		return
	}
	begin := d.columns(&m, d.netflow5Layout.columns, payload[headerNetFlow5:size], count, out)
	fill(out.SamplingRate[begin:], rate)
	d.keepColumns(m.arrival, m.format(), out, begin)
}

// referenceNetFlow5 has goflow2 read the datagram.
func (d *Decoder) referenceNetFlow5(m *message, payload []byte, rate int32, out *flow.Batch) {
	var p netflowlegacy.PacketNetFlowV5
	if err := netflowlegacy.DecodeMessageVersion(bytes.NewBuffer(payload), &p); err != nil {
		panic(err) // every length was checked
	}
	for i := range p.Records {
		r := m.newRecord(flow.NetFlow5, m.domain)
		r.SamplingRate = rate
		fillNetFlow5(&r, &p.Records[i])
		times := span{startUptime: p.Records[i].First, endUptime: p.Records[i].Last, hasStartUptime: true, hasEndUptime: true}
		if start, end, ok := times.resolve(m.clock); ok {
			d.stamp(&r, m.arrival, start, end)
		}
		d.keep(&r, m.arrival, out)
	}
}

func fillNetFlow5(r *flow.Record, v *netflowlegacy.RecordsNetFlowV5) {
	r.Src, r.Dst = address4(uint32(v.SrcAddr)), address4(uint32(v.DstAddr))
	r.SrcPort, r.DstPort = int32(v.SrcPort), int32(v.DstPort)
	r.Proto, r.TCPFlags = int16(v.Proto), int16(v.TCPFlags)
	r.Bytes, r.Packets = int64(v.DOctets), int64(v.DPkts)
	r.InIf, r.OutIf = int64(v.Input), int64(v.Output)
	r.SrcAS, r.DstAS = int64(v.SrcAS), int64(v.DstAS)
}

func address4(v uint32) flow.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], v)
	return flow.AddrFrom4(b)
}
