package source

import (
	"errors"
	"math"

	"minewatch/ingest/flow"
)

// goflow2Fields are the fields of goflow2 -format json, by the names of its
// version 2 (goflow2, pb/flow.proto; README).
var goflow2Fields = []LogField{
	{"type", "time_source: received of SFLOW_5, which has no flow times", setGoFlow2Type},
	{"time_received_ns", "received_at", setNanos(receivedAt)},
	{"time_flow_start_ns", "started_at", setNanos(startedAt)},
	{"time_flow_end_ns", "ended_at", setNanos(endedAt)},
	{"sampling_rate", "sampling_rate", setSamplingRate},
	{"sampler_address", "exporter", setExporter},
	{"bytes", "bytes", setCount(octets)},
	{"packets", "packets", setCount(packets)},
	{"etype", "(neither IPv4 nor IPv6: no flow)", setEtype},
	{"src_addr", "src", setAddr(srcAddr)},
	{"dst_addr", "dst", setAddr(dstAddr)},
	{"proto", "proto", setGoFlow2Proto},
	{"src_port", "src_port", setWhole(math.MaxUint16, srcPort)},
	{"dst_port", "dst_port", setWhole(math.MaxUint16, dstPort)},
	{"icmp_type", "dst_port", setWhole(math.MaxUint8, icmpType)},
	{"icmp_code", "dst_port", setWhole(math.MaxUint8, icmpCode)},
	{"tcp_flags", "tcp_flags", setFlags},
	{"in_if", "in_if", setWhole(math.MaxUint32, inIf)},
	{"out_if", "out_if", setWhole(math.MaxUint32, outIf)},
	{"src_as", "src_as", setWhole(math.MaxUint32, srcAS)},
	{"dst_as", "dst_as", setWhole(math.MaxUint32, dstAS)},
	{"observation_domain_id", "domain", setWhole(math.MaxUint32, domain)},
}

func setGoFlow2Type(r *row, v []byte) error {
	if string(v) == "SFLOW_5" {
		r.TimeSource = flow.ReceivedClock
	}
	return nil
}

// setGoFlow2Proto reads IANA's names, of which one means another protocol
// elsewhere: nfdump calls protocol 4 IPIP.
func setGoFlow2Proto(r *row, v []byte) error {
	if string(v) == "IPIP" {
		r.Proto = 94
		return nil
	}
	return setProto(r, v)
}

func setEtype(_ *row, v []byte) error {
	switch string(v) {
	case "IPv4", "IPv6", "0", "2048", "34525":
		return nil
	default:
		return notFlow("etype " + shown(v))
	}
}

// setSamplingRate leaves 0, which is unknown, to what holds without it.
func setSamplingRate(r *row, v []byte) error {
	n, ok := parseWhole(v)
	if !ok || n > math.MaxInt32 {
		return errors.New("is no sampling rate, the N of 1 in N")
	}
	if n > 0 {
		r.SamplingRate = int32(n) //nolint:gosec // checked above
	}
	return nil
}

// setNanos reads nanoseconds since 1970; 0 is none.
func setNanos(at func(*row) *int64) setter {
	return func(r *row, v []byte) error {
		n, ok := parseWhole(v)
		if !ok {
			return errors.New("is not a time in nanoseconds since 1970")
		}
		if n > 0 {
			*at(r) = n / 1000
		}
		return nil
	}
}
