package source

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strings"

	"minewatch/ingest/flow"
)

// vpcFields are the fields of AWS VPC flow logs, versions 2 to 5 (Amazon VPC
// User Guide, "Flow log records").
var vpcFields = []LogField{
	{"interface-id", "exporter: the network interface that saw the flow", setExporter},
	{"srcaddr", "src, without pkt-srcaddr", setVPCAddr(srcAddr)},
	{"dstaddr", "dst, without pkt-dstaddr", setVPCAddr(dstAddr)},
	{"pkt-srcaddr", "src", setAddr(srcAddr)},
	{"pkt-dstaddr", "dst", setAddr(dstAddr)},
	{"srcport", "src_port", setWhole(math.MaxUint16, srcPort)},
	{"dstport", "dst_port", setWhole(math.MaxUint16, dstPort)},
	{"protocol", "proto", setProto},
	{"packets", "packets", setCount(packets)},
	{"bytes", "bytes", setCount(octets)},
	{"start", "started_at", setTime(startedAt)},
	{"end", "ended_at", setTime(endedAt)},
	{"tcp-flags", "tcp_flags", setFlags},
	{"flow-direction", "direction", setDirection},
	{"log-status", "(NODATA, SKIPDATA: no flow)", setVPCStatus},
}

// vpcDefault is the default format, that of records without a header.
var vpcDefault = strings.Fields("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status")

func isVPC(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte{'\n'})
	return isVPCHeader(line) || isVPCRecord(bytes.Fields(line))
}

// isVPCHeader recognises a header by names that no other log has.
func isVPCHeader(line []byte) bool {
	names := strings.Fields(string(line[:min(len(line), maxLine)]))
	own := func(name string) bool { return slices.Contains(names, name) }
	return len(names) > 1 && (own("srcaddr") || own("pkt-srcaddr") || own("interface-id") || own("log-status")) &&
		!slices.ContainsFunc(names, func(name string) bool { return strings.ContainsAny(name, ",;\"") })
}

// isVPCRecord recognises a record of the default format.
func isVPCRecord(fields [][]byte) bool {
	fields = withoutStamp(fields)
	if len(fields) != len(vpcDefault) || string(fields[0]) != "2" {
		return false
	}
	switch string(fields[len(fields)-1]) {
	case "OK", "NODATA", "SKIPDATA":
		return true
	}
	return false
}

// withoutStamp takes the time stamp off a record that was exported from
// CloudWatch.
func withoutStamp(fields [][]byte) [][]byte {
	if len(fields) == len(vpcDefault)+1 && bytes.IndexByte(fields[0], 'T') > 0 {
		return fields[1:]
	}
	return fields
}

// vpcTable is a VPC flow log. A file of several logs has their headers again.
type vpcTable struct {
	table
	headerless bool
	stamped    bool // each record follows a time stamp of CloudWatch
}

func openVPC(in *input) (units, parser, error) {
	l := &lines{in: in, longest: maxLine}
	line, _, _ := bytes.Cut(in.head(), []byte{'\n'})
	t := &vpcTable{table: table{comma: ' '}}
	if fields := bytes.Fields(line); isVPCRecord(fields) {
		t.headerless = true
		t.stamped = len(fields) > len(vpcDefault)
		line = []byte(strings.Join(vpcDefault, " "))
	} else if _, err := l.header(); err != nil {
		return nil, nil, err
	}
	return l, t, t.names(bytes.TrimSpace(line))
}

// names reads a header.
func (t *vpcTable) names(line []byte) error {
	known := setters(vpcFields)
	if err := t.bind(line, func(name string) setter { return known[name] }); err != nil {
		return err
	}
	has := func(names ...string) bool {
		return slices.ContainsFunc(t.header, func(c tableColumn) bool { return slices.Contains(names, c.name) })
	}
	switch {
	case !has("srcaddr", "pkt-srcaddr") || !has("dstaddr", "pkt-dstaddr"):
		return errors.New("the header of the VPC flow log lacks an address: srcaddr or pkt-srcaddr, and dstaddr or pkt-dstaddr")
	case !has("start", "end"):
		return errors.New("the header of the VPC flow log lacks the time: start or end")
	}
	return nil
}

func (t *vpcTable) parse(line []byte, r *row) error {
	if !t.headerless && bytes.Contains(line, []byte("srcaddr")) && isVPCHeader(line) {
		if err := t.names(bytes.TrimSpace(line)); err != nil {
			return err
		}
		return aboutLog
	}
	if t.stamped {
		_, rest, found := bytes.Cut(line, []byte{' '})
		if !found {
			return errors.New("has no time stamp, as the first line has")
		}
		line = rest
	}
	return t.table.parse(bytes.TrimSpace(line), r)
}

// setVPCAddr reads the address of an interface that the packets passed, unless
// their own is known: behind a NAT gateway or load balancer it is another.
func setVPCAddr(at func(*row) (*flow.Addr, *bool)) setter {
	set := setAddr(at)
	return func(r *row, v []byte) error {
		if _, has := at(r); *has {
			return nil
		}
		return set(r, v)
	}
}

func setVPCStatus(_ *row, v []byte) error {
	switch string(v) {
	case "NODATA", "SKIPDATA":
		return notFlow(v)
	}
	return nil
}
