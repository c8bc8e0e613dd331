package decode

import (
	"bytes"
	"encoding/binary"

	"github.com/netsampler/goflow2/v2/decoders/sflow"

	"minewatch/ingest/flow"
)

// The layout of sFlow v5 (sFlow.org, "sFlow Version 5", section 5.3), in
// bytes. All of it is words of four.
const (
	headerSFlowIPv4  = 28 // with an IPv4 agent address
	headerSFlowIPv6  = 40
	headerSample     = 8 // format, length
	flowSampleFixed  = 32
	flowSampleExpand = 44
)

// Interface values of a flow sample (section 5.3, "interface"): the upper two
// bits of the compact form say that the rest is no index, and the largest
// index stands for the agent itself.
const (
	interfaceFormatMask   = 0xc0000000
	interfaceIndexMask    = 0x3fffffff
	interfaceNoneExpanded = 0xffffffff
)

// sflow decodes an sFlow v5 datagram: each flow sample is one record.
//
// The exporter is the address that the datagram came from, as everywhere; an
// agent behind a proxy is told apart by its sub-agent ID at best.
func (d *Decoder) sflow(a arrival, payload []byte, out *flow.Batch) {
	size := headerSFlowIPv4
	if len(payload) >= 8 && binary.BigEndian.Uint32(payload[4:]) == 2 {
		size = headerSFlowIPv6
	}
	if len(payload) < size {
		d.refuse(a, "shorter than an sflow header")
		return
	}
	samples := payload[size:]
	if count := binary.BigEndian.Uint32(payload[size-4:]); int64(count) > int64(len(samples)/headerSample) {
		d.refuse(a, "more sflow samples than bytes")
		return
	}
	// goflow2 gets the header alone: on a sample that it does not know it
	// would throw the whole datagram away.
	var p sflow.Packet
	if err := sflow.DecodeMessageVersion(bytes.NewBuffer(payload[:size]), &p); err != nil {
		d.refuse(a, err.Error())
		return
	}
	d.counts.DatagramsDecoded++
	d.sightSFlow(a, payload[:size])
	d.samples(a, &p, samples, out)
}

// samples walks the samples by their lengths. Where one runs past the end,
// it and those announced after it are lost.
func (d *Decoder) samples(a arrival, p *sflow.Packet, b []byte, out *flow.Batch) {
	d.counts.Sets += int64(p.SamplesCount)
	for n := range p.SamplesCount {
		if len(b) < headerSample || uint64(binary.BigEndian.Uint32(b[4:])) > uint64(len(b)-headerSample) {
			d.counts.SetsMalformed += int64(p.SamplesCount - n)
			return
		}
		format := binary.BigEndian.Uint32(b)
		size := headerSample + int(binary.BigEndian.Uint32(b[4:]))
		body := b[headerSample:size]
		b = b[size:]
		switch format {
		case sflow.SAMPLE_FORMAT_FLOW, sflow.SAMPLE_FORMAT_EXPANDED_FLOW:
			d.flowSample(a, p.SubAgentId, format, body, out)
		case sflow.SAMPLE_FORMAT_COUNTER, sflow.SAMPLE_FORMAT_EXPANDED_COUNTER, sflow.SAMPLE_FORMAT_DROP:
			d.counts.CounterSamples++
			d.counts.SetsDecoded++
		default:
			d.counts.SetsUnknown++
		}
	}
	d.counts.StrayBytes += int64(len(b))
}

// sample is the fixed part of a flow sample.
type sample struct {
	rate, input, output uint32
	records             uint32
}

// flowSample makes the record of one flow sample: one packet, which stands
// for as many as the sampling rate says.
func (d *Decoder) flowSample(a arrival, subAgent, format uint32, b []byte, out *flow.Batch) {
	s, records, ok := readSample(format, b)
	if !ok {
		d.counts.SetsMalformed++
		return
	}
	d.counts.SetsDecoded++
	r := a.newRecord(flow.SFlow, subAgent)
	r.Packets = 1
	r.InIf, r.OutIf = int64(s.input), int64(s.output)
	r.SamplingRate = a.exporter.fixedRate(s.rate)
	packet := sight(s.records, records)
	if packet.unreadable() {
		d.counts.Records++
		d.counts.RecordsMalformed++
		return
	}
	packet.fill(&r)
	d.keep(&r, a, out)
}

// readSample has goflow2 read the fixed part of a flow sample, which is
// checked for its size first and for its count of records, that goflow2 would
// allocate unseen. It returns the bytes of the records.
func readSample(format uint32, b []byte) (s sample, records []byte, ok bool) {
	fixed := flowSampleFixed
	if format == sflow.SAMPLE_FORMAT_EXPANDED_FLOW {
		fixed = flowSampleExpand
	}
	if len(b) < fixed {
		return s, nil, false
	}
	records = b[fixed:]
	if count := binary.BigEndian.Uint32(b[fixed-4:]); int64(count) > int64(len(records)/headerSample) {
		return s, nil, false
	}
	read, err := sflow.DecodeSample(&sflow.SampleHeader{Format: format}, bytes.NewBuffer(b[:fixed]))
	if err != nil {
		return s, nil, false
	}
	switch v := read.(type) {
	case sflow.FlowSample:
		return sample{v.SamplingRate, compactInterface(v.Input), compactInterface(v.Output), v.FlowRecordsCount}, records, true
	case sflow.ExpandedFlowSample:
		return sample{
			v.SamplingRate,
			expandedInterface(v.InputIfFormat, v.InputIfValue),
			expandedInterface(v.OutputIfFormat, v.OutputIfValue), v.FlowRecordsCount,
		}, records, true
	default:
		return s, nil, false
	}
}

func compactInterface(v uint32) uint32 {
	if v&interfaceFormatMask != 0 || v == interfaceIndexMask {
		return 0
	}
	return v
}

func expandedInterface(format, v uint32) uint32 {
	if format != 0 || v == interfaceNoneExpanded {
		return 0
	}
	return v
}
