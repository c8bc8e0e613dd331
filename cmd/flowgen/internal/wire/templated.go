package wire

import (
	"encoding/binary"
	"net/netip"
)

// Information elements (IANA "IPFIX Information Elements"; NetFlow v9 uses the
// same numbers below 128).
const (
	ieBytes             = 1
	iePackets           = 2
	ieProtocol          = 4
	ieToS               = 5
	ieTCPFlags          = 6
	ieSrcPort           = 7
	ieSrcIPv4           = 8
	ieInIf              = 10
	ieDstPort           = 11
	ieDstIPv4           = 12
	ieOutIf             = 14
	ieSrcAS             = 16
	ieDstAS             = 17
	ieLastSwitched      = 21
	ieFirstSwitched     = 22
	ieSrcIPv6           = 27
	ieDstIPv6           = 28
	ieSamplingInterval  = 34
	ieSamplingAlgorithm = 35
	ieSamplerID         = 48
	ieSamplerMode       = 49
	ieSamplerInterval   = 50
	ieDirection         = 61
	ieEndReason         = 136
	ieDomain            = 149
	ieStartMillis       = 152
	ieEndMillis         = 153
	ieSelectorAlgorithm = 304
	ieSamplingPackets   = 305
	ieSamplingSpace     = 306
)

// Template and set IDs. Data templates start at 256 (RFC 7011 section 3.4.3).
const (
	templateIPv4    = 260
	templateIPv6    = 261
	templateOptions = 512

	v9ScopeSystem = 1 // RFC 3954 section 6.1
	samplerID     = 1
	otherSampler  = 2
)

// element is one field of a template: its number and its length in bytes.
type element struct{ id, size uint16 }

func length(fields []element) int {
	n := 0
	for _, f := range fields {
		n += int(f.size)
	}
	return n
}

// templated writes NetFlow v9 and IPFIX, which differ in header, set IDs and
// habits but not in how a record follows its template.
type templated struct {
	spec     Spec
	sequence uint32 // v9: datagrams; IPFIX: data records sent before this one
	ipv4     []element
	ipv6     []element
}

func newTemplated(s Spec) *templated {
	t := &templated{spec: s}
	t.ipv4 = t.fields(element{ieSrcIPv4, 4}, element{ieDstIPv4, 4})
	t.ipv6 = t.fields(element{ieSrcIPv6, 16}, element{ieDstIPv6, 16})
	return t
}

// fields is the record layout behind the two addresses.
func (t *templated) fields(f ...element) []element {
	f = append(f, element{ieSrcPort, 2}, element{ieDstPort, 2}, element{ieProtocol, 1}, element{ieToS, 1})
	if t.spec.Format == IPFIX {
		return append(f, element{ieTCPFlags, 2}, element{ieInIf, 4}, element{ieOutIf, 4},
			element{ieBytes, 8}, element{iePackets, 8}, element{ieStartMillis, 8}, element{ieEndMillis, 8},
			element{ieEndReason, 1}, element{ieDirection, 1})
	}
	f = append(f, element{ieTCPFlags, 1}, element{ieInIf, 2}, element{ieOutIf, 2}, element{ieBytes, 4}, element{iePackets, 4})
	if t.spec.AbsoluteTimes {
		f = append(f, element{ieStartMillis, 8}, element{ieEndMillis, 8})
	} else {
		f = append(f, element{ieFirstSwitched, 4}, element{ieLastSwitched, 4})
	}
	if t.spec.Samplers {
		f = append(f, element{ieSamplerID, 1})
	}
	return append(f, element{ieSrcAS, 4}, element{ieDstAS, 4}, element{ieDirection, 1})
}

func (*templated) limit() int  { return maxRecords }
func (*templated) wait() int64 { return maxWait }

func (t *templated) size(r *Record) int {
	if r.Src.Is4() {
		return length(t.ipv4)
	}
	return length(t.ipv6)
}

func (t *templated) announce(b []byte, at int64, tally *Tally) []byte {
	b = t.header(b, at)
	b = t.templates(b)
	b = t.optionsTemplate(b)
	var options int
	b, options = t.options(b)
	tally.Templates, tally.OptionsRecords = 3, int64(options)
	return t.finish(b, 3, options)
}

func (t *templated) data(b []byte, at int64, recs []Record, _ *Tally) []byte {
	b = t.header(b, at)
	// One set for each address family: a set holds records of one template
	// only (RFC 7011 section 3.3), and order inside a datagram means nothing.
	b = t.set(b, templateIPv4, t.ipv4, recs)
	b = t.set(b, templateIPv6, t.ipv6, recs)
	return t.finish(b, 0, len(recs))
}

func (t *templated) set(b []byte, id uint16, fields []element, recs []Record) []byte {
	start := len(b)
	b = openSet(b, id)
	empty := true
	for i := range recs {
		if recs[i].Src.Is4() == (id == templateIPv4) {
			b = t.record(b, fields, &recs[i])
			empty = false
		}
	}
	if empty {
		return b[:start]
	}
	return t.closeSet(b, start)
}

func (t *templated) record(b []byte, fields []element, r *Record) []byte {
	for _, f := range fields {
		switch f.id {
		case ieSrcIPv4, ieSrcIPv6:
			b = appendAddr(b, r.Src)
		case ieDstIPv4, ieDstIPv6:
			b = appendAddr(b, r.Dst)
		default:
			b = appendUint(b, t.value(f.id, r), f.size)
		}
	}
	return b
}

func (t *templated) value(id uint16, r *Record) uint64 {
	switch id {
	case ieBytes:
		return r.Bytes
	case iePackets:
		return r.Packets
	case ieProtocol:
		return uint64(r.Proto)
	case ieTCPFlags:
		return uint64(r.Flags)
	case ieSrcPort:
		return uint64(r.SrcPort)
	case ieDstPort:
		return uint64(r.DstPort)
	case ieInIf:
		return uint64(r.InIf)
	case ieOutIf:
		return uint64(r.OutIf)
	case ieSrcAS:
		return uint64(asOf(r.Src))
	case ieDstAS:
		return uint64(asOf(r.Dst))
	case ieFirstSwitched:
		return uint64(uint32(r.First - t.spec.BootedAt))
	case ieLastSwitched:
		return uint64(uint32(r.Last - t.spec.BootedAt))
	case ieStartMillis:
		return uint64(r.First)
	case ieEndMillis:
		return uint64(r.Last)
	case ieEndReason:
		return uint64(r.Reason)
	case ieDirection:
		return uint64(r.Direction)
	case ieSamplerID:
		return samplerID
	default: // type of service: the generator marks none
		return 0
	}
}

func appendAddr(b []byte, a netip.Addr) []byte {
	if a.Is4() {
		v := a.As4()
		return append(b, v[:]...)
	}
	v := a.As16()
	return append(b, v[:]...)
}

// appendUint writes the lowest size bytes of v, most significant first.
func appendUint(b []byte, v uint64, size uint16) []byte {
	switch size {
	case 1:
		return append(b, byte(v))
	case 2:
		return binary.BigEndian.AppendUint16(b, uint16(v))
	case 4:
		return binary.BigEndian.AppendUint32(b, uint32(v))
	default:
		return binary.BigEndian.AppendUint64(b, v)
	}
}

// asOf gives an address a made-up private AS number (RFC 6996): one for the
// province, a few for the world.
func asOf(a netip.Addr) uint16 {
	b := a.As16()
	if a.Is4() && (b[12] == 10 || b[12] == 100) || a.Is6() && b[4]&0xf0 == 0x10 {
		return 64512
	}
	return 64600 + uint16(b[14])%64
}
