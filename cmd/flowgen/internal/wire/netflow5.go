package wire

import "encoding/binary"

// netflow5 writes Cisco NetFlow v5: a header of 24 bytes, records of 48. It has
// no templates, no IPv6 and 32-bit counters.
type netflow5 struct {
	spec     Spec
	sequence uint32 // flows sent before this datagram
}

func (*netflow5) announce(b []byte, _ int64, _ *Tally) []byte { return b }
func (*netflow5) size(*Record) int                            { return 48 }
func (*netflow5) limit() int                                  { return maxRecords }
func (*netflow5) wait() int64                                 { return maxWait }

func (n *netflow5) data(b []byte, at int64, recs []Record, _ *Tally) []byte {
	be := binary.BigEndian
	b = be.AppendUint16(b, 5)
	b = be.AppendUint16(b, uint16(len(recs)))
	b = be.AppendUint32(b, uint32(at-n.spec.BootedAt))
	b = be.AppendUint32(b, uint32(at/1000))
	b = be.AppendUint32(b, uint32(at%1000)*1_000_000)
	b = be.AppendUint32(b, n.sequence)
	b = append(b, 0, uint8(n.spec.Domain))
	// Two bits of mode (1 = packet interval), 14 bits of interval.
	b = be.AppendUint16(b, 1<<14|uint16(n.spec.Sampling)&0x3fff)
	for i := range recs {
		b = n.record(b, &recs[i])
	}
	n.sequence += uint32(len(recs))
	return b
}

func (n *netflow5) record(b []byte, r *Record) []byte {
	be := binary.BigEndian
	b = appendAddr(b, r.Src)
	b = appendAddr(b, r.Dst)
	b = be.AppendUint32(b, 0) // next hop
	b = be.AppendUint16(b, r.InIf)
	b = be.AppendUint16(b, r.OutIf)
	b = be.AppendUint32(b, uint32(r.Packets))
	b = be.AppendUint32(b, uint32(r.Bytes))
	b = be.AppendUint32(b, uint32(r.First-n.spec.BootedAt))
	b = be.AppendUint32(b, uint32(r.Last-n.spec.BootedAt))
	b = be.AppendUint16(b, r.SrcPort)
	b = be.AppendUint16(b, r.DstPort)
	b = append(b, 0, r.Flags, r.Proto, 0)
	b = be.AppendUint16(b, asOf(r.Src))
	b = be.AppendUint16(b, asOf(r.Dst))
	return append(b, 32, 32, 0, 0)
}
