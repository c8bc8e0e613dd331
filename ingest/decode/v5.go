package decode

import (
	"bytes"
	"encoding/binary"

	"github.com/netsampler/goflow2/v2/decoders/netflowlegacy"

	"minewatch/ingest/flow"
)

// The layout of NetFlow v5 (Cisco, "NetFlow Export Datagram Format", tables
// B-3 and B-4).
const (
	headerNetFlow5 = 24
	recordNetFlow5 = 48
	// mostNetFlow5 is how many records a v5 datagram may have; its sequence
	// numbers and the buffers of every exporter are made for that.
	mostNetFlow5 = 30
	// samplingMaskNetFlow5 leaves the rate; the upper two bits are the mode.
	samplingMaskNetFlow5 = 0x3fff
)

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
	var p netflowlegacy.PacketNetFlowV5
	if err := netflowlegacy.DecodeMessageVersion(bytes.NewBuffer(payload[:size]), &p); err != nil {
		d.counts.Records += int64(count)
		d.counts.RecordsMalformed += int64(count)
		d.refuse(a, err.Error())
		return
	}
	d.counts.DatagramsDecoded++
	d.sightNetFlow5(a, payload)
	d.counts.StrayBytes += int64(len(payload) - size)
	engine := uint32(p.EngineType)<<8 | uint32(p.EngineId)
	rate := a.exporter.fixedRate(uint32(p.SamplingInterval & samplingMaskNetFlow5))
	now := clock{
		export:    int64(p.UnixSecs)*1000 + int64(p.UnixNSecs)/1e6,
		uptime:    p.SysUptime,
		hasUptime: true,
	}
	for i := range p.Records {
		r := a.newRecord(flow.NetFlow5, engine)
		r.SamplingRate = rate
		fillNetFlow5(&r, &p.Records[i])
		start, end := now.at(p.Records[i].First), now.at(p.Records[i].Last)
		d.stamp(&r, a, start, max(start, end))
		d.keep(&r, a, out)
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
