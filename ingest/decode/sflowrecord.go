package decode

import (
	"encoding/binary"

	"minewatch/ingest/flow"
)

// Kinds of flow records that are read (sFlow v5 section 5.3, "flow_data").
const (
	recordRawHeader = 1
	recordEthernet  = 2
	recordIPv4      = 3
	recordIPv6      = 4
	recordGateway   = 1003
)

// Interface values of a flow sample (section 5.3, "interface"): the upper two
// bits of the compact form say that the rest is no index, and the largest
// index stands for the agent itself.
const (
	interfaceFormatMask   = 0xc0000000
	interfaceIndexMask    = 0x3fffffff
	interfaceNoneExpanded = 0xffffffff
)

// read reads the fixed part of a flow sample, which is there.
func (s *sample) read(format uint32, b []byte) {
	if format == sampleFlowExpanded {
		b = b[:flowSampleExpand]
		s.rate = binary.BigEndian.Uint32(b[12:])
		s.input = expandedInterface(binary.BigEndian.Uint32(b[24:]), binary.BigEndian.Uint32(b[28:]))
		s.output = expandedInterface(binary.BigEndian.Uint32(b[32:]), binary.BigEndian.Uint32(b[36:]))
		return
	}
	b = b[:flowSampleFixed]
	s.rate = binary.BigEndian.Uint32(b[8:])
	s.input = compactInterface(binary.BigEndian.Uint32(b[20:]))
	s.output = compactInterface(binary.BigEndian.Uint32(b[24:]))
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

// record reads one flow record; false if it is shorter than its kind. Kinds
// that say nothing of a flow (VLAN, next hop, users, URLs and whatever is yet to
// come) are passed over.
func (s *sample) record(kind uint32, b []byte) bool {
	switch kind {
	case recordRawHeader:
		return s.readRawHeader(b)
	case recordEthernet:
		return s.readEthernet(b)
	case recordIPv4:
		return s.readIPv4(b)
	case recordIPv6:
		return s.readIPv6(b)
	case recordGateway:
		return s.readGateway(b)
	default:
		return true
	}
}

// readRawHeader reads a sampled_header: protocol, length of the frame, bytes
// stripped from it, length of the header, and the header up to XDR's padding.
func (s *sample) readRawHeader(b []byte) bool {
	if len(b) < 16 {
		return false
	}
	header := b[16:]
	if size := binary.BigEndian.Uint32(b[12:]); uint64(size) < uint64(len(header)) {
		header = header[:size]
	}
	s.sawHeader(binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:]), header)
	return true
}

// readEthernet reads a sampled_ethernet: length, two MAC addresses and a type.
// XDR pads the addresses to eight bytes, some agents do not.
func (s *sample) readEthernet(b []byte) bool {
	if len(b) < 20 {
		return false
	}
	s.sawFrame(binary.BigEndian.Uint32(b))
	return true
}

// readIPv4 and readIPv6 read what the agent itself dissected: length, protocol,
// two addresses, two ports, the TCP flags, and the type of service.
func (s *sample) readIPv4(b []byte) bool {
	if len(b) < 32 {
		return false
	}
	s.sawIP(b, b[16:])
	s.ip.src, s.ip.dst = flow.AddrFrom4([4]byte(b[8:])), flow.AddrFrom4([4]byte(b[12:]))
	return true
}

func (s *sample) readIPv6(b []byte) bool {
	if len(b) < 56 {
		return false
	}
	s.sawIP(b, b[40:])
	s.ip.src, s.ip.dst = flow.AddrFrom16([16]byte(b[8:])), flow.AddrFrom16([16]byte(b[24:]))
	return true
}

func (s *sample) sawIP(begin, end []byte) {
	s.hasIP = true
	s.ip = packet{
		srcPort:  port(uint64(binary.BigEndian.Uint32(end))),
		dstPort:  port(uint64(binary.BigEndian.Uint32(end[4:]))),
		proto:    int16(begin[7]),
		tcpFlags: int16(binary.BigEndian.Uint32(end[8:]) & 0x0fff),
		length:   int64(binary.BigEndian.Uint32(begin)),
	}
}

// words reads a flow record word by word.
type words struct {
	rest  []byte
	short bool // more was read than there was
}

func (w *words) skip(n uint64) []byte {
	if n > uint64(len(w.rest)/4) {
		w.rest, w.short = nil, true
		return nil
	}
	skipped := w.rest[:4*n]
	w.rest = w.rest[4*n:]
	return skipped
}

func (w *words) next() uint32 {
	if b := w.skip(1); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// list passes over a count and as many words, of which it returns the last.
func (w *words) list() (last uint32, any bool) {
	count := w.next()
	if count > mostBlocks {
		w.short = true
	}
	b := w.skip(uint64(count))
	if len(b) == 0 {
		return 0, false
	}
	return binary.BigEndian.Uint32(b[len(b)-4:]), true
}

// readGateway reads an extended_gateway: the next hop, the AS of the router,
// of the source and of its peer, the path to the destination in segments,
// communities and the local preference. Of a path of several segments goflow2
// reads the first, and so does this.
func (s *sample) readGateway(b []byte) bool {
	w := words{rest: b}
	switch w.next() {
	case 1:
		w.skip(1)
	case 2:
		w.skip(4)
	default:
		return false
	}
	w.skip(1)
	srcAS, dstAS, path := w.next(), uint32(0), false
	w.skip(1)
	if segments := w.next(); segments > 0 {
		w.skip(1) // whether it is a set or a sequence
		dstAS, path = w.list()
	}
	w.list()
	w.skip(1)
	if w.short {
		return false
	}
	s.srcAS = srcAS
	if path {
		s.dstAS = dstAS
	}
	return true
}
