// Package wiretest reads datagrams with goflow2's decoders, for tests: what
// package wire writes must mean to others what was meant.
package wiretest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/netsampler/goflow2/v2/decoders/netflow"
	"github.com/netsampler/goflow2/v2/decoders/netflowlegacy"
	"github.com/netsampler/goflow2/v2/decoders/sflow"

	"minewatch/cmd/flowgen/internal/wire"
)

// Datagram is what goflow2 found in one datagram.
type Datagram struct {
	wire.Tally
	Sequence uint32
	Exported int64 // ms since 1970, as exact as the header tells; sFlow has none
	Uptime   uint32
	Records  []wire.Record       // First and Last as the format has them: see Relative
	Relative bool                // First and Last are uptimes in ms
	Options  []map[uint16]uint64 // options records by element, scope included
	Rates    []uint32            // sampling rates of sFlow samples, or of a v5 header
}

// Reader decodes the datagrams of one exporter in order.
type Reader struct {
	templates netflow.NetFlowTemplateSystem
}

// NewReader returns a reader without templates.
func NewReader() *Reader { return &Reader{templates: netflow.CreateTemplateSystem()} }

// Decode reads one datagram.
func (r *Reader) Decode(payload []byte) (Datagram, error) {
	d := Datagram{Tally: wire.Tally{Datagrams: 1, Bytes: int64(len(payload))}}
	switch binary.BigEndian.Uint16(payload) {
	case 5:
		return d, d.v5(payload)
	case 9, 10:
		return d, r.templated(payload, &d)
	default:
		return d, d.sflow(payload)
	}
}

func (d *Datagram) v5(payload []byte) error {
	var p netflowlegacy.PacketNetFlowV5
	if err := netflowlegacy.DecodeMessageVersion(bytes.NewBuffer(payload), &p); err != nil {
		return err
	}
	d.Sequence, d.Uptime, d.Relative = p.FlowSequence, p.SysUptime, true
	d.Exported = int64(p.UnixSecs)*1000 + int64(p.UnixNSecs)/1e6
	d.Rates = []uint32{uint32(p.SamplingInterval & 0x3fff)}
	d.Tally.Records = int64(len(p.Records))
	for _, f := range p.Records {
		d.Records = append(d.Records, wire.Record{
			Src: ipv4(uint32(f.SrcAddr)), Dst: ipv4(uint32(f.DstAddr)), SrcPort: f.SrcPort, DstPort: f.DstPort,
			First: int64(f.First), Last: int64(f.Last), Bytes: uint64(f.DOctets), Packets: uint64(f.DPkts),
			Proto: f.Proto, Flags: f.TCPFlags, InIf: f.Input, OutIf: f.Output,
		})
	}
	return nil
}

func ipv4(v uint32) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], v)
	return netip.AddrFrom4(b)
}

func (r *Reader) templated(payload []byte, d *Datagram) error {
	var v9 netflow.NFv9Packet
	var ipfix netflow.IPFIXPacket
	if err := netflow.DecodeMessageVersion(bytes.NewBuffer(payload), r.templates, &v9, &ipfix); err != nil {
		return err
	}
	sets := v9.FlowSets
	d.Sequence, d.Exported, d.Uptime = v9.SequenceNumber, int64(v9.UnixSeconds)*1000, v9.SystemUptime
	if ipfix.Version == 10 {
		sets = ipfix.FlowSets
		d.Sequence, d.Exported = ipfix.SequenceNumber, int64(ipfix.ExportTime)*1000
	}
	for _, set := range sets {
		switch s := set.(type) {
		case netflow.TemplateFlowSet:
			d.Templates += int64(len(s.Records))
		case netflow.NFv9OptionsTemplateFlowSet:
			d.Templates += int64(len(s.Records))
		case netflow.IPFIXOptionsTemplateFlowSet:
			d.Templates += int64(len(s.Records))
		case netflow.OptionsDataFlowSet:
			d.OptionsRecords += int64(len(s.Records))
			for _, o := range s.Records {
				d.Options = append(d.Options, numbers(append(o.ScopesValues, o.OptionsValues...)))
			}
		case netflow.DataFlowSet:
			d.Tally.Records += int64(len(s.Records))
			for _, rec := range s.Records {
				d.record(rec.Values)
			}
		default:
			return fmt.Errorf("set %T", set)
		}
	}
	return nil
}

func number(f netflow.DataField) uint64 {
	var v uint64
	for _, b := range f.Value.([]byte) {
		v = v<<8 | uint64(b)
	}
	return v
}

func numbers(fields []netflow.DataField) map[uint16]uint64 {
	m := map[uint16]uint64{}
	for _, f := range fields {
		m[f.Type] = number(f)
	}
	return m
}

func (d *Datagram) record(fields []netflow.DataField) {
	var r wire.Record
	for _, f := range fields {
		v := number(f)
		switch f.Type {
		case netflow.NFV9_FIELD_IPV4_SRC_ADDR, netflow.NFV9_FIELD_IPV6_SRC_ADDR:
			r.Src, _ = netip.AddrFromSlice(f.Value.([]byte))
		case netflow.NFV9_FIELD_IPV4_DST_ADDR, netflow.NFV9_FIELD_IPV6_DST_ADDR:
			r.Dst, _ = netip.AddrFromSlice(f.Value.([]byte))
		case netflow.NFV9_FIELD_L4_SRC_PORT:
			r.SrcPort = uint16(v)
		case netflow.NFV9_FIELD_L4_DST_PORT:
			r.DstPort = uint16(v)
		case netflow.NFV9_FIELD_PROTOCOL:
			r.Proto = uint8(v)
		case netflow.NFV9_FIELD_TCP_FLAGS:
			r.Flags = uint8(v)
		case netflow.NFV9_FIELD_IN_BYTES:
			r.Bytes = v
		case netflow.NFV9_FIELD_IN_PKTS:
			r.Packets = v
		case netflow.NFV9_FIELD_INPUT_SNMP:
			r.InIf = uint16(v)
		case netflow.NFV9_FIELD_OUTPUT_SNMP:
			r.OutIf = uint16(v)
		case netflow.NFV9_FIELD_FIRST_SWITCHED:
			r.First, d.Relative = int64(v), true
		case netflow.NFV9_FIELD_LAST_SWITCHED:
			r.Last = int64(v)
		case netflow.IPFIX_FIELD_flowStartMilliseconds:
			r.First = int64(v)
		case netflow.IPFIX_FIELD_flowEndMilliseconds:
			r.Last = int64(v)
		case netflow.IPFIX_FIELD_flowEndReason:
			r.Reason = uint8(v)
		case netflow.NFV9_FIELD_DIRECTION:
			r.Direction = uint8(v)
		}
	}
	d.Records = append(d.Records, r)
}

func (d *Datagram) sflow(payload []byte) error {
	var p sflow.Packet
	if err := sflow.DecodeMessageVersion(bytes.NewBuffer(payload), &p); err != nil {
		return err
	}
	d.Sequence, d.Uptime = p.SequenceNumber, p.Uptime
	for _, s := range p.Samples {
		switch s := s.(type) {
		case sflow.CounterSample:
			d.CounterSamples++
		case sflow.FlowSample:
			d.Tally.Records++
			d.Rates = append(d.Rates, s.SamplingRate)
			header := s.Records[0].Data.(sflow.SampledHeader)
			r, err := frame(header)
			if err != nil {
				return err
			}
			r.InIf, r.OutIf, r.Packets = uint16(s.Input), uint16(s.Output), 1
			d.Records = append(d.Records, r)
		default:
			return fmt.Errorf("sample %T", s)
		}
	}
	return nil
}

// frame dissects a sampled header. Bytes are those of the IP packet.
func frame(h sflow.SampledHeader) (wire.Record, error) {
	packet := gopacket.NewPacket(h.HeaderData[:h.OriginalLength], layers.LayerTypeEthernet, gopacket.Default)
	const ethernetAndFCS = 18
	r := wire.Record{Bytes: uint64(h.FrameLength - ethernetAndFCS)}
	switch ip := packet.NetworkLayer().(type) {
	case *layers.IPv4:
		r.Src, _ = netip.AddrFromSlice(ip.SrcIP)
		r.Dst, _ = netip.AddrFromSlice(ip.DstIP)
		r.Proto = uint8(ip.Protocol)
	case *layers.IPv6:
		r.Src, _ = netip.AddrFromSlice(ip.SrcIP)
		r.Dst, _ = netip.AddrFromSlice(ip.DstIP)
		r.Proto = uint8(ip.NextHeader)
	default:
		return r, fmt.Errorf("no IP packet in % x", h.HeaderData)
	}
	switch t := packet.TransportLayer().(type) {
	case *layers.TCP:
		r.SrcPort, r.DstPort = uint16(t.SrcPort), uint16(t.DstPort)
		for i, set := range []bool{t.FIN, t.SYN, t.RST, t.PSH, t.ACK} {
			if set {
				r.Flags |= 1 << i
			}
		}
	case *layers.UDP:
		r.SrcPort, r.DstPort = uint16(t.SrcPort), uint16(t.DstPort)
	}
	return r, nil
}
