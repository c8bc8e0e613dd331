package source

import (
	"errors"
	"math"
	"strconv"
)

// eveFields are the fields of Suricata's flow and netflow events
// (docs.suricata.io, EVE JSON format).
var eveFields = []LogField{
	{"event_type", "(neither flow nor netflow: no flow)", setEVEType},
	{"timestamp", "received_at", setTime(receivedAt)},
	{"host", "exporter", setExporter},
	{"src_ip", "src of the way there, dst of the way back", setAddr(srcAddr)},
	{"dest_ip", "dst, src", setAddr(dstAddr)},
	{"src_port", "src_port, dst_port", setWhole(math.MaxUint16, srcPort)},
	{"dest_port", "dst_port, src_port", setWhole(math.MaxUint16, dstPort)},
	{"proto", "proto", setProto},
	{"icmp_type", "dst_port of the way there", setWhole(math.MaxUint8, icmpType)},
	{"icmp_code", "dst_port of the way there", setWhole(math.MaxUint8, icmpCode)},
	{"response_icmp_type", "dst_port of the way back", setWhole(math.MaxUint8, func(r *row) *int32 { return &r.answer.icmpType })},
	{"response_icmp_code", "dst_port of the way back", setWhole(math.MaxUint8, func(r *row) *int32 { return &r.answer.icmpCode })},
	{"flow.start", "started_at", setTime(startedAt)},
	{"flow.end", "ended_at", setTime(endedAt)},
	{"flow.pkts_toserver", "packets of the way there", setCount(packets)},
	{"flow.pkts_toclient", "packets of the way back", setCount(answerPackets)},
	{"flow.bytes_toserver", "bytes of the way there, with link headers", setCount(octets)},
	{"flow.bytes_toclient", "bytes of the way back, with link headers", setCount(answerBytes)},
	{"flow.reason", "end_reason", setEVEReason},
	{"tcp.tcp_flags_ts", "tcp_flags of the way there", setHexFlags(func(r *row) *int16 { return &r.TCPFlags })},
	{"tcp.tcp_flags_tc", "tcp_flags of the way back", setHexFlags(func(r *row) *int16 { return &r.answer.tcpFlags })},
	{"netflow.start", "started_at", setTime(startedAt)},
	{"netflow.end", "ended_at", setTime(endedAt)},
	{"netflow.pkts", "packets", setCount(packets)},
	{"netflow.bytes", "bytes, with link headers", setCount(octets)},
	{"tcp.tcp_flags", "tcp_flags of a netflow event", setEVEFlags},
}

// openEVE opens an eve.json. Suricata can write its flows twice, as flow and as
// netflow events of the same packets; the kind that comes first is read.
func openEVE(in *input) (units, parser, error) {
	kind := ""
	return openJSON(eveFields, func(r *row) error {
		switch {
		case r.kind == "":
			return errors.New("has no event_type")
		case kind == "":
			kind = r.kind
		case kind != r.kind:
			return notFlow(r.kind + ", beside " + kind + " events of the same packets")
		}
		r.both = kind == eveFlow
		r.counted = true
		return nil
	})(in)
}

const (
	eveFlow    = "flow"
	eveNetFlow = "netflow"
)

func setEVEType(r *row, v []byte) error {
	switch string(v) {
	case eveFlow:
		r.kind = eveFlow
	case eveNetFlow:
		r.kind = eveNetFlow
	default:
		return notFlow(shown(v))
	}
	return nil
}

// setEVEReason reads why Suricata let go of a flow, in the numbers of IPFIX
// element 136 (RFC 5102 section 5.11.3).
func setEVEReason(r *row, v []byte) error {
	switch string(v) {
	case "timeout":
		r.EndReason = 1
	case "forced", "shutdown":
		r.EndReason = 4
	}
	return nil
}

// setEVEFlags reads the flags of a netflow event; a flow event has them of both
// directions together, beside those of each.
func setEVEFlags(r *row, v []byte) error {
	if r.kind == eveFlow {
		return nil
	}
	return setHexFlags(func(r *row) *int16 { return &r.TCPFlags })(r, v)
}

// setHexFlags reads TCP flags as hex digits without a mark: 1b.
func setHexFlags(at func(*row) *int16) setter {
	return func(r *row, v []byte) error {
		n, err := strconv.ParseUint(string(v), 16, 12)
		if err != nil {
			return errors.New("is no set of TCP flags: hex digits as 1b")
		}
		*at(r) = int16(n) //nolint:gosec // 12 bits
		return nil
	}
}
