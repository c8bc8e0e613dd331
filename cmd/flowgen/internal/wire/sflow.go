package wire

import (
	"encoding/binary"
	"hash/fnv"
)

// Layout of an sFlow v5 datagram (sflow.org, "sFlow Version 5", section 5).
const (
	sflowFlowSample    = 1
	sflowCounterSample = 2
	sflowRawHeader     = 1
	sflowGenericIf     = 1
	headerEthernet     = 1

	ethernetLen = 14
	fcsLen      = 4
	// samplesPerDatagram: an agent sends soon, because a sample has no time of
	// its own but that of its datagram.
	samplesPerDatagram = 8
	sflowWait          = 1000
)

// sflow writes one flow sample for each record, which is one sampled packet,
// with the packet's Ethernet, IP and transport headers.
type sflow struct {
	spec     Spec
	sequence uint32
	samples  uint32
	counters uint32
	pool     uint32 // packets that the sampler has seen
}

func (*sflow) size(*Record) int { return 172 }
func (*sflow) limit() int       { return samplesPerDatagram }
func (*sflow) wait() int64      { return sflowWait }

func (s *sflow) header(b []byte, at int64, samples int) []byte {
	be := binary.BigEndian
	s.sequence++
	b = be.AppendUint32(b, 5)
	b = be.AppendUint32(b, 1) // the agent's address is IPv4
	b = appendAddr(b, s.spec.Address)
	b = be.AppendUint32(b, s.spec.Domain)
	b = be.AppendUint32(b, s.sequence)
	b = be.AppendUint32(b, uint32(at-s.spec.BootedAt))
	return be.AppendUint32(b, uint32(samples))
}

// announce sends one interface's counters: agents mix them with the samples,
// and a collector must not take them for flows.
func (s *sflow) announce(b []byte, at int64, t *Tally) []byte {
	const counterBytes = 88
	be := binary.BigEndian
	b = s.header(b, at, 1)
	s.counters++
	b = be.AppendUint32(b, sflowCounterSample)
	b = be.AppendUint32(b, 4+4+4+8+counterBytes)
	b = be.AppendUint32(b, s.counters)
	b = be.AppendUint32(b, 1) // source: interface 1
	b = be.AppendUint32(b, 1) // one record
	b = be.AppendUint32(b, sflowGenericIf)
	b = be.AppendUint32(b, counterBytes)
	b = be.AppendUint32(b, 1)                  // ifIndex
	b = be.AppendUint32(b, 6)                  // ethernetCsmacd
	b = be.AppendUint64(b, 10_000_000_000)     // ifSpeed
	b = be.AppendUint32(b, 1)                  // full duplex
	b = be.AppendUint32(b, 3)                  // admin and oper up
	b = be.AppendUint64(b, uint64(s.pool)*800) // octets in
	b = be.AppendUint32(b, s.pool)             // unicast packets in
	b = append(b, make([]byte, 5*4)...)
	b = be.AppendUint64(b, uint64(s.pool)*200)
	b = be.AppendUint32(b, s.pool)
	b = append(b, make([]byte, 5*4)...)
	t.CounterSamples = 1
	return b
}

func (s *sflow) data(b []byte, at int64, recs []Record, _ *Tally) []byte {
	b = s.header(b, at, len(recs))
	for i := range recs {
		b = s.sample(b, &recs[i])
	}
	return b
}

func (s *sflow) sample(b []byte, r *Record) []byte {
	be := binary.BigEndian
	s.samples++
	s.pool += s.spec.Sampling
	b = be.AppendUint32(b, sflowFlowSample)
	b = be.AppendUint32(b, 0)
	start := len(b)
	b = be.AppendUint32(b, s.samples)
	b = be.AppendUint32(b, uint32(r.InIf)) // source type 0: an interface
	b = be.AppendUint32(b, s.spec.Sampling)
	b = be.AppendUint32(b, s.pool)
	b = be.AppendUint32(b, 0) // drops
	b = be.AppendUint32(b, uint32(r.InIf))
	b = be.AppendUint32(b, uint32(r.OutIf))
	b = be.AppendUint32(b, 1) // one record
	b = be.AppendUint32(b, sflowRawHeader)
	b = be.AppendUint32(b, 0)
	record := len(b)
	b = be.AppendUint32(b, headerEthernet)
	b = be.AppendUint32(b, uint32(r.Bytes)+ethernetLen+fcsLen)
	b = be.AppendUint32(b, fcsLen) // stripped from the end
	b = be.AppendUint32(b, 0)
	headers := len(b)
	b = appendHeaders(b, r)
	be.PutUint32(b[headers-4:], uint32(len(b)-headers))
	for len(b)%4 != headers%4 { // XDR opaque data is padded to 4 bytes
		b = append(b, 0)
	}
	be.PutUint32(b[record-4:], uint32(len(b)-record))
	be.PutUint32(b[start-4:], uint32(len(b)-start))
	return b
}

// appendHeaders writes the first bytes of the sampled frame.
func appendHeaders(b []byte, r *Record) []byte {
	be := binary.BigEndian
	b = append(b, 0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2) // locally administered addresses
	if r.Src.Is4() {
		b = be.AppendUint16(b, 0x0800)
		start := len(b)
		b = append(b, 0x45, 0)
		b = be.AppendUint16(b, uint16(r.Bytes))
		b = append(b, 0, 0, 0x40, 0, 57, r.Proto, 0, 0)
		b = appendAddr(b, r.Src)
		b = appendAddr(b, r.Dst)
		be.PutUint16(b[start+10:], checksum(b[start:]))
	} else {
		b = be.AppendUint16(b, 0x86dd)
		b = append(b, 0x60, 0, 0, 0)
		b = be.AppendUint16(b, uint16(r.Bytes-40))
		b = append(b, r.Proto, 57)
		b = appendAddr(b, r.Src)
		b = appendAddr(b, r.Dst)
	}
	return appendTransport(b, r)
}

func appendTransport(b []byte, r *Record) []byte {
	be := binary.BigEndian
	switch r.Proto {
	case ICMP:
		// IE 32 packs type and code into one number; so does Record.DstPort.
		b = be.AppendUint16(b, r.DstPort)
		return append(b, 0, 0, 0, 1, 0, 1)
	case UDP:
		b = be.AppendUint16(b, r.SrcPort)
		b = be.AppendUint16(b, r.DstPort)
		b = be.AppendUint16(b, uint16(r.Bytes-20))
		return be.AppendUint16(b, 0)
	default:
		b = be.AppendUint16(b, r.SrcPort)
		b = be.AppendUint16(b, r.DstPort)
		b = be.AppendUint32(b, sequenceOf(r))
		b = be.AppendUint32(b, 1)
		b = append(b, 5<<4, r.Flags)
		b = be.AppendUint16(b, 64240) // window
		return append(b, 0, 0, 0, 0)
	}
}

// sequenceOf makes up a TCP sequence number that the same packet always gets.
func sequenceOf(r *Record) uint32 {
	h := fnv.New32a()
	var b [10]byte
	binary.BigEndian.PutUint64(b[:], uint64(r.First))
	binary.BigEndian.PutUint16(b[8:], r.SrcPort)
	h.Write(b[:])
	return h.Sum32()
}

// checksum is the Internet checksum (RFC 1071).
func checksum(b []byte) uint16 {
	var sum uint32
	for ; len(b) >= 2; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}
