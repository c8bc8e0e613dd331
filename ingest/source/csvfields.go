package source

import (
	"fmt"
	"math"
	"strings"

	"minewatch/ingest/flow"
)

// CSVColumn is a column that OpenCSV reads.
type CSVColumn struct {
	Name    string
	Aliases []string // other spellings, of common logs
	Form    string   // what its fields hold
	Meaning string
	set     csvSetter
}

// csvSetter reads the field v, which is not empty, into r. Its error says what
// v is not, to follow the column's name and value.
type csvSetter func(r *csvRow, v []byte) error

// CSVColumns are all columns of a flow log, in the order of the documentation.
// Names in a file are compared without case, spaces and punctuation, so that
// src_addr, srcaddr, srcAddr and src-addr are one spelling. A file needs src,
// dst and one of started_at and ended_at.
var CSVColumns = []CSVColumn{
	{"received_at", []string{"received", "time_received", "tr"}, "time", "arrival at the collector; 1970-01-01 is none, and none is ended_at", setTime(func(r *csvRow) *int64 { return &r.received })},
	{"started_at", []string{"start", "start_time", "first", "first_seen", "first_switched", "flow_start", "time_flow_start", "ts"}, "time", "first packet; without it ended_at less duration", setTime(func(r *csvRow) *int64 { return &r.started })},
	{"ended_at", []string{"end", "end_time", "last", "last_seen", "last_switched", "flow_end", "time_flow_end", "te"}, "time", "last packet; without it started_at and duration", setTime(func(r *csvRow) *int64 { return &r.ended })},
	{"duration", []string{"td"}, "seconds, with or without fraction", "used where started_at or ended_at is empty", setDuration},
	{"src", []string{"src_ip", "src_addr", "source", "source_ip", "source_address", "saddr", "sa"}, "IPv4 or IPv6 address", "source address", setAddr(func(r *csvRow) (*flow.Addr, *bool) { return &r.Src, &r.hasSrc })},
	{"dst", []string{"dst_ip", "dst_addr", "destination", "destination_ip", "destination_address", "daddr", "da"}, "IPv4 or IPv6 address", "destination address", setAddr(func(r *csvRow) (*flow.Addr, *bool) { return &r.Dst, &r.hasDst })},
	{"src_port", []string{"source_port", "sport", "sp"}, "0 to 65535", "source port", setWhole(math.MaxUint16, func(r *csvRow) *int32 { return &r.SrcPort })},
	{"dst_port", []string{"destination_port", "dport", "dp"}, "0 to 65535", "destination port", setWhole(math.MaxUint16, func(r *csvRow) *int32 { return &r.DstPort })},
	{"proto", []string{"protocol", "ip_protocol", "pr"}, "IANA number, or name as TCP, udp, icmp", "protocol", setProto},
	{"tcp_flags", []string{"flags", "flg"}, "number, 0x and hex digits, or letters as ...AP.SF", "OR of the TCP flags", setFlags},
	{"bytes", []string{"octets", "in_bytes", "byt", "ibyt"}, "whole number", "as exported", setWhole(math.MaxInt64, func(r *csvRow) *int64 { return &r.Bytes })},
	{"packets", []string{"pkts", "in_packets", "in_pkts", "pkt", "ipkt"}, "whole number", "as exported", setWhole(math.MaxInt64, func(r *csvRow) *int64 { return &r.Packets })},
	{"sampling_rate", []string{"sampling", "sampling_interval"}, "whole number", "1 in N packets was sampled, 0 = unknown", setWhole(math.MaxInt32, func(r *csvRow) *int32 { return &r.SamplingRate })},
	{"exporter", []string{"exporter_ip", "router", "router_ip", "sampler_address", "ra"}, "address or name, at most 128 bytes; 0.0.0.0 is none", "the router that exported the flow", setExporter},
	{"domain", []string{"observation_domain", "observation_domain_id", "source_id"}, "whole number", "observation domain or source ID", setWhole(math.MaxUint32, func(r *csvRow) *int64 { return &r.Domain })},
	{"in_if", []string{"input", "input_snmp", "in"}, "whole number", "SNMP index of the input interface", setWhole(math.MaxUint32, func(r *csvRow) *int64 { return &r.InIf })},
	{"out_if", []string{"output", "output_snmp", "out"}, "whole number", "SNMP index of the output interface", setWhole(math.MaxUint32, func(r *csvRow) *int64 { return &r.OutIf })},
	{"src_as", []string{"source_as", "sas"}, "whole number", "source autonomous system", setWhole(math.MaxUint32, func(r *csvRow) *int64 { return &r.SrcAS })},
	{"dst_as", []string{"destination_as", "das"}, "whole number", "destination autonomous system", setWhole(math.MaxUint32, func(r *csvRow) *int64 { return &r.DstAS })},
	{"end_reason", []string{"flow_end_reason"}, "0 to 255", "why the flow ended, as IPFIX element 136", setWhole(math.MaxUint8, func(r *csvRow) *int16 { return &r.EndReason })},
	{"direction", []string{"flow_direction", "dir"}, "0, in, ingress; 1, out, egress", "at the exporter, as IPFIX element 61", setDirection},
	{"boundary", nil, "0 not, 1 in, 2 out, 3 both", "how the flow passed the exporter's boundary interfaces", setWhole(flow.BoundaryIn|flow.BoundaryOut, func(r *csvRow) *int16 { return &r.Boundary })},
	{"nat_src", []string{"nat_src_addr", "nat_src_ip", "post_nat_src", "post_nat_src_addr"}, "IPv4 or IPv6 address; 0.0.0.0 is none", "source address after NAT", setNATSrc},
	{"nat_src_port", []string{"post_nat_src_port", "post_napt_src_port"}, "0 to 65535", "source port after NAT", setWhole(math.MaxUint16, func(r *csvRow) *int32 { return &r.NATSrcPort })},
	{"format", nil, "netflow5, netflow9, ipfix, sflow, csv", "how the record was exported; without it csv", setFormat},
	{"time_source", nil, "exporter, received", "whose clock the times are from; without it exporter", setTimeSource},
}

// required are the columns that a file must have: of each group, one.
var required = [][]string{{"src"}, {"dst"}, {"started_at", "ended_at"}}

// bind finds the flow column of each column of the header in c.fields. Of two
// columns with one meaning, that with the documented name is taken, else the
// first; the other is ignored, and listed as such.
func (c *CSV) bind() error {
	known := map[string]int{}
	for i, column := range CSVColumns {
		known[plainName(column.Name)] = i
		for _, alias := range column.Aliases {
			known[plainName(alias)] = i
		}
	}
	bound := map[int]int{} // index in CSVColumns to index in the header
	for i, name := range c.fields {
		c.header = append(c.header, csvField{name: shown(name)})
		column, ok := known[plainName(string(name))]
		if !ok {
			continue
		}
		documented := func(name string) bool { return plainName(name) == plainName(CSVColumns[column].Name) }
		if before, taken := bound[column]; taken {
			if documented(c.header[before].name) || !documented(string(name)) {
				continue
			}
			c.header[before].set = nil
		}
		bound[column] = i
		c.header[i].set = CSVColumns[column].set
	}
	for _, f := range c.header {
		if f.set == nil {
			c.ignored = append(c.ignored, f.name)
		}
	}
	return c.missing(bound)
}

// missing is the error that names the required columns which are not bound.
func (c *CSV) missing(bound map[int]int) error {
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
	for _, f := range c.header[:min(most, len(c.header))] {
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
