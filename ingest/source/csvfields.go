package source

import (
	"fmt"
	"math"
	"strings"

	"minewatch/ingest/flow"
)

// CSVColumn is a column that is read of any table.
type CSVColumn struct {
	Name    string
	Aliases []string // other spellings, of common logs
	Form    string   // what its fields hold
	Meaning string
	set     setter
}

// CSVColumns are all columns of a flow log, in the order of the documentation.
// Names in a file are compared without case, spaces and punctuation, so that
// src_addr, srcaddr, srcAddr and src-addr are one spelling. A file needs src,
// dst and one of started_at and ended_at.
var CSVColumns = []CSVColumn{
	{"received_at", []string{"received", "time_received", "tr"}, "time", "arrival at the collector; 1970-01-01 is none, and none is ended_at", setTime(receivedAt)},
	{"started_at", []string{"start", "start_time", "first", "first_seen", "first_switched", "flow_start", "time_flow_start", "ts"}, "time", "first packet; without it ended_at less duration", setTime(startedAt)},
	{"ended_at", []string{"end", "end_time", "last", "last_seen", "last_switched", "flow_end", "time_flow_end", "te"}, "time", "last packet; without it started_at and duration", setTime(endedAt)},
	{"duration", []string{"td"}, "seconds, with or without fraction", "used where started_at or ended_at is empty", setDuration},
	{"src", []string{"src_ip", "src_addr", "source", "source_ip", "source_address", "saddr", "sa"}, "IPv4 or IPv6 address", "source address", setAddr(srcAddr)},
	{"dst", []string{"dst_ip", "dst_addr", "destination", "destination_ip", "destination_address", "daddr", "da"}, "IPv4 or IPv6 address", "destination address", setAddr(dstAddr)},
	{"src_port", []string{"source_port", "sport", "sp"}, "0 to 65535", "source port", setWhole(math.MaxUint16, srcPort)},
	{"dst_port", []string{"destination_port", "dport", "dp"}, "0 to 65535", "destination port", setWhole(math.MaxUint16, dstPort)},
	{"proto", []string{"protocol", "ip_protocol", "pr"}, "IANA number, or name as TCP, udp, icmp", "protocol", setProto},
	{"tcp_flags", []string{"flags", "flg"}, "number, 0x and hex digits, or letters as ...AP.SF", "OR of the TCP flags", setFlags},
	{"bytes", []string{"octets", "in_bytes", "byt", "ibyt"}, "whole number", "as exported", setCount(octets)},
	{"packets", []string{"pkts", "in_packets", "in_pkts", "pkt", "ipkt"}, "whole number", "as exported", setCount(packets)},
	{"sampling_rate", []string{"sampling", "sampling_interval"}, "whole number", "1 in N packets was sampled, 0 = unknown", setWhole(math.MaxInt32, func(r *row) *int32 { return &r.SamplingRate })},
	{"exporter", []string{"exporter_ip", "router", "router_ip", "sampler_address", "ra"}, "address or name, at most 128 bytes; 0.0.0.0 is none", "the router that exported the flow", setExporter},
	{"domain", []string{"observation_domain", "observation_domain_id", "source_id"}, "whole number", "observation domain or source ID", setWhole(math.MaxUint32, domain)},
	{"in_if", []string{"input", "input_snmp", "in"}, "whole number", "SNMP index of the input interface", setWhole(math.MaxUint32, inIf)},
	{"out_if", []string{"output", "output_snmp", "out"}, "whole number", "SNMP index of the output interface", setWhole(math.MaxUint32, outIf)},
	{"src_as", []string{"source_as", "sas"}, "whole number", "source autonomous system", setWhole(math.MaxUint32, srcAS)},
	{"dst_as", []string{"destination_as", "das"}, "whole number", "destination autonomous system", setWhole(math.MaxUint32, dstAS)},
	{"end_reason", []string{"flow_end_reason"}, "0 to 255", "why the flow ended, as IPFIX element 136", setWhole(math.MaxUint8, func(r *row) *int16 { return &r.EndReason })},
	{"direction", []string{"flow_direction", "dir"}, "0, in, ingress; 1, out, egress", "at the exporter, as IPFIX element 61", setDirection},
	{"boundary", nil, "0 not, 1 in, 2 out, 3 both", "how the flow passed the exporter's boundary interfaces", setWhole(flow.BoundaryIn|flow.BoundaryOut, func(r *row) *int16 { return &r.Boundary })},
	{"nat_src", []string{"nat_src_addr", "nat_src_ip", "post_nat_src", "post_nat_src_addr"}, "IPv4 or IPv6 address; 0.0.0.0 is none", "source address after NAT", setNATSrc},
	{"nat_src_port", []string{"post_nat_src_port", "post_napt_src_port"}, "0 to 65535", "source port after NAT", setWhole(math.MaxUint16, natSrcPort)},
	{"format", nil, "as in [schema](schema.md)", "how the record was exported; without it csv", setFormat},
	{"time_source", nil, "exporter, received", "whose clock the times are from; without it exporter", setTimeSource},
}

// required are the columns that a file must have: of each group, one.
var required = [][]string{{"src"}, {"dst"}, {"started_at", "ended_at"}}

// missing is the error that names the required columns which are not bound.
func (t *table) missing(bound map[int]int) error {
	found := map[string]bool{}
	for column := range bound {
		found[CSVColumns[column].Name] = true
	}
	var lacks []string
groups:
	for _, group := range required {
		for _, name := range group {
			if found[name] {
				continue groups
			}
		}
		lacks = append(lacks, strings.Join(group, " or "))
	}
	if len(lacks) == 0 {
		return nil
	}
	const most = 60 // a header that is none can have very many columns
	names := make([]string, 0, most)
	for _, f := range t.header[:min(most, len(t.header))] {
		names = append(names, fmt.Sprintf("%q", f.name))
	}
	return fmt.Errorf("the header lacks %s; it has %s. "+
		"The first line must name the columns: src, dst, started_at or ended_at, and more (docs/flow-csv.md lists names and aliases)",
		strings.Join(lacks, ", "), strings.Join(names, ", "))
}

// plainName is a column name without case, spaces and punctuation.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		}
		return -1
	}, name)
}
