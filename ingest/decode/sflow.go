package decode

import (
	"encoding/binary"
	"errors"

	"minewatch/ingest/flow"
)

// The layout of sFlow v5 (sFlow.org, "sFlow Version 5", section 5.3), in
// bytes. All of it is words of four.
const (
	headerSFlowIPv4  = 28 // with an IPv4 agent address
	headerSFlowIPv6  = 40
	headerBlock      = 8 // format, length
	flowSampleFixed  = 32
	flowSampleExpand = 44
	// mostBlocks is how many samples a datagram, and flow records a sample,
	// may announce. The largest datagram that Ethernet carries has room for a
	// quarter of that, and goflow2 takes no more either.
	mostBlocks = 1000
)

// Kinds of samples (section 5.3, "sample_data"; sFlow.org, "sFlow Dropped
// Packet Notification Structures").
const (
	sampleFlow             = 1
	sampleCounters         = 2
	sampleFlowExpanded     = 3
	sampleCountersExpanded = 4
	sampleDrop             = 5
)

var (
	errManySamples  = errors.New("announces more samples than a datagram has")
	errUnknownAgent = errors.New("sflow agent without an address")
)

// sflow decodes an sFlow v5 datagram: each flow sample is one record.
//
// The exporter is the address that the datagram came from, as everywhere; an
// agent behind a proxy is told apart by its sub-agent ID at best.
//
// goflow2's decoders read the same pieces for Options.Reference; the walk by
// counts and lengths around them, and what a sample means, is this one's.
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
	if count := binary.BigEndian.Uint32(payload[size-4:]); int64(count) > int64(len(samples)/headerBlock) {
		d.refuse(a, "more sflow samples than bytes")
		return
	}
	read := readSFlowHeader
	if d.options.Reference {
		read = referenceSFlowHeader
	}
	h, err := read(payload[:size])
	if err != nil {
		d.refuse(a, err.Error())
		return
	}
	d.counts.DatagramsDecoded++
	d.sightSFlow(a, payload[:size])
	d.samples(h, samples)
	if d.options.Reference {
		d.keepSampleRecords(a, h, out)
	} else {
		d.keepSamples(a, h, out)
	}
}

// sflowHeader is what is used of a datagram's header.
type sflowHeader struct{ subAgent, samples uint32 }

// readSFlowHeader reads a header of either size.
func readSFlowHeader(b []byte) (sflowHeader, error) {
	h := sflowHeader{binary.BigEndian.Uint32(b[len(b)-16:]), binary.BigEndian.Uint32(b[len(b)-4:])}
	if kind := binary.BigEndian.Uint32(b[4:]); kind != 1 && kind != 2 {
		return h, errUnknownAgent
	}
	if h.samples > mostBlocks {
		return h, errManySamples
	}
	return h, nil
}

// samples walks the samples by their lengths and reads those of flows into
// d.sampled. Where one runs past the end, it and those announced after it are
// lost.
func (d *Decoder) samples(h sflowHeader, b []byte) {
	d.counts.Sets += int64(h.samples)
	for n := range h.samples {
		format, body, rest, ok := cutBlock(b)
		if !ok {
			d.counts.SetsMalformed += int64(h.samples - n)
			return
		}
		b = rest
		switch format {
		case sampleFlow, sampleFlowExpanded:
			d.flowSample(format, body)
		case sampleCounters, sampleCountersExpanded, sampleDrop:
			d.counts.CounterSamples++
			d.counts.SetsDecoded++
		default:
			d.counts.SetsUnknown++
		}
	}
	d.counts.StrayBytes += int64(len(b))
}

// cutBlock cuts the first sample, or flow record of a sample, off b: its
// format, its length, and as many bytes.
func cutBlock(b []byte) (format uint32, body, rest []byte, ok bool) {
	if len(b) < headerBlock || uint64(binary.BigEndian.Uint32(b[4:])) > uint64(len(b)-headerBlock) {
		return 0, nil, nil, false
	}
	end := headerBlock + int(binary.BigEndian.Uint32(b[4:]))
	return binary.BigEndian.Uint32(b), b[headerBlock:end], b[end:], true
}

// flowSample reads one flow sample: one packet, which stands for as many as the
// sampling rate says.
func (d *Decoder) flowSample(format uint32, b []byte) {
	fixed := flowSampleFixed
	if format == sampleFlowExpanded {
		fixed = flowSampleExpand
	}
	if len(b) < fixed {
		d.counts.SetsMalformed++
		return
	}
	records := b[fixed:]
	count := binary.BigEndian.Uint32(b[fixed-4:])
	if count > mostBlocks || int(count) > len(records)/headerBlock {
		d.counts.SetsMalformed++
		return
	}
	d.counts.SetsDecoded++
	d.sampled = append(d.sampled, sample{})
	s := &d.sampled[len(d.sampled)-1]
	if d.options.Reference {
		s.referenceRead(format, b[:fixed])
	} else {
		s.read(format, b)
	}
	for range count {
		kind, body, rest, ok := cutBlock(records)
		if !ok {
			s.broken = true
			break
		}
		records = rest
		if d.options.Reference {
			ok = s.referenceRecord(kind, body)
		} else {
			ok = s.record(kind, body)
		}
		s.broken = s.broken || !ok
	}
	if s.unreadable() {
		d.counts.Records++
		d.counts.RecordsMalformed++
		d.sampled = d.sampled[:len(d.sampled)-1]
	}
}
