package source

import (
	"bytes"
	"errors"
	"math"

	"minewatch/ingest/flow"
)

// nfdumpColumns are the fields of nfdump -o csv, 1.6 and 1.7, and of -o
// csv-fast (nfdump's own output, and src/output/output_csv*.c).
var nfdumpColumns = []LogField{
	{"ts", "started_at", setTime(startedAt)},
	{"te", "ended_at", setTime(endedAt)},
	{"td", "(duration)", setNFDumpDuration},
	{"sa", "src", setAddr(srcAddr)},
	{"da", "dst", setAddr(dstAddr)},
	{"sp", "src_port", setPort(srcPort)},
	{"dp", "dst_port", setPort(dstPort)},
	{"pr", "proto", setProto},
	{"flg", "tcp_flags", setFlags},
	{"ipkt", "packets", setCount(packets)},
	{"ibyt", "bytes", setCount(octets)},
	{"in", "in_if", setWhole(math.MaxUint32, inIf)},
	{"out", "out_if", setWhole(math.MaxUint32, outIf)},
	{"sas", "src_as", setWhole(math.MaxUint32, srcAS)},
	{"das", "dst_as", setWhole(math.MaxUint32, dstAS)},
	{"dir", "direction", setEgress},
	{"ra", "exporter", setExporter},
	{"tr", "received_at", setTime(receivedAt)},

	{"firstSeen", "started_at", setTime(startedAt)},
	{"lastSeen", "ended_at", setTime(endedAt)},
	{"duration", "(duration)", setNFDumpDuration},
	{"srcAddr", "src", setAddr(srcAddr)},
	{"dstAddr", "dst", setAddr(dstAddr)},
	{"srcPort", "src_port", setPort(srcPort)},
	{"dstPort", "dst_port", setPort(dstPort)},
	{"proto", "proto", setProto},
	{"flags", "tcp_flags", setFlags},
	{"packets", "packets", setCount(packets)},
	{"bytes", "bytes", setCount(octets)},
	{"srcAS", "src_as", setWhole(math.MaxUint32, srcAS)},
	{"dstAS", "dst_as", setWhole(math.MaxUint32, dstAS)},
	{"input", "in_if", setWhole(math.MaxUint32, inIf)},
	{"output", "out_if", setWhole(math.MaxUint32, outIf)},
}

// nfdumpFields are the fields of nfdump -o json and -o ndjson (nfdump,
// src/output/output_json.c; names of 1.6 where they differ).
var nfdumpFields = []LogField{
	{"type", "(EVENT: no flow)", setNFDumpType},
	{"sampled", "sampling_rate: 1 where 1, for nfcapd has multiplied the counters", setNFDumpSampled},
	{"first", "started_at", setTime(startedAt)},
	{"last", "ended_at", setTime(endedAt)},
	{"received", "received_at", setTime(receivedAt)},
	{"t_first", "started_at", setUnpaddedTime(startedAt)},
	{"t_last", "ended_at", setUnpaddedTime(endedAt)},
	{"t_received", "received_at", setUnpaddedTime(receivedAt)},
	{"src4_addr", "src", setAddr(srcAddr)},
	{"dst4_addr", "dst", setAddr(dstAddr)},
	{"src6_addr", "src", setAddr(srcAddr)},
	{"dst6_addr", "dst", setAddr(dstAddr)},
	{"src_port", "src_port", setWhole(math.MaxUint16, srcPort)},
	{"dst_port", "dst_port", setWhole(math.MaxUint16, dstPort)},
	{"icmp_type", "dst_port", setWhole(math.MaxUint8, icmpType)},
	{"icmp_code", "dst_port", setWhole(math.MaxUint8, icmpCode)},
	{"proto", "proto", setProto},
	{"tcp_flags", "tcp_flags", setFlags},
	{"in_packets", "packets", setCount(packets)},
	{"in_bytes", "bytes", setCount(octets)},
	{"input_snmp", "in_if", setWhole(math.MaxUint32, inIf)},
	{"output_snmp", "out_if", setWhole(math.MaxUint32, outIf)},
	{"src_as", "src_as", setWhole(math.MaxUint32, srcAS)},
	{"dst_as", "dst_as", setWhole(math.MaxUint32, dstAS)},
	{"direction", "direction", setEgress},
	{"src4_xlt_ip", "nat_src", setNATSrc},
	{"src6_xlt_ip", "nat_src", setNATSrc},
	{"src_xlt_port", "nat_src_port", setWhole(math.MaxUint16, natSrcPort)},
	{"ip4_router", "exporter", setExporter},
	{"ip6_router", "exporter", setExporter},
}

func isNFDumpTable(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte{'\n'})
	t := table{comma: ','}
	if t.split(bytes.TrimSpace(line)) != nil {
		return false
	}
	has := func(names ...string) bool {
		for _, name := range names {
			found := false
			for _, field := range t.fields {
				found = found || string(field) == name
			}
			if !found {
				return false
			}
		}
		return true
	}
	return has("ts", "te", "td", "sa", "da") || has("firstSeen", "srcAddr", "dstAddr")
}

func isNFDumpJSON(head []byte) bool {
	object := firstObject(head)
	has := func(name string) bool { return bytes.Contains(object, []byte(`"`+name+`"`)) }
	if len(object) == 0 { // of no flows at all, nfdump writes a list with a remark or nothing in it
		text := bytes.TrimSpace(head)
		return bytes.HasPrefix(text, []byte{'['}) && len(bytes.TrimSpace(bytes.Trim(bytes.Replace(text, []byte("No matching flows"), nil, 1), "[]"))) == 0
	}
	return has("export_sysid") || has("in_packets") && (has("src4_addr") || has("src6_addr"))
}

// nfdumpTexts are what nfdump prints for people, by how it begins, and its CSV
// of statistics.
var nfdumpTexts = []string{"Date first seen ", "Date flow start ", "Event time ", "Top ", "Aggregated flows ", "ts,te,td,pr,val,"}

// isNFDumpText says that a line is what nfdump prints for people, or a flow of
// its output without a header: a time comes first.
func isNFDumpText(line []byte) bool {
	for _, text := range nfdumpTexts {
		if bytes.HasPrefix(line, []byte(text)) {
			return true
		}
	}
	const form = "2026-11-16 04:00:00"
	if len(line) <= len(form) {
		return false
	}
	_, err := parseTime(line[:len(form)])
	return err == nil && (line[len(form)] == ',' || line[len(form)] == '.' && (bytes.Contains(line, []byte(" -> ")) || bytes.Count(line, []byte{','}) > 5))
}

// nfdumpTable is nfdump's CSV: flows, then a summary.
type nfdumpTable struct {
	table
	names   []byte // the header line
	summary bool   // begun
}

func openNFDumpTable(in *input) (units, parser, error) {
	l := &lines{in: in, longest: maxLine}
	line, err := l.header()
	if err != nil {
		return nil, nil, err
	}
	t := &nfdumpTable{table: table{comma: ','}, names: bytes.Clone(line)}
	known := setters(nfdumpColumns)
	if err := t.bind(line, func(name string) setter { return known[name] }); err != nil {
		return nil, nil, err
	}
	return l, t, nil
}

func (t *nfdumpTable) parse(line []byte, r *row) error {
	switch {
	case bytes.Equal(line, t.names): // several exports in one file
		t.summary = false
		return aboutLog
	case bytes.HasPrefix(line, []byte("No matching flows")):
		return notFlow("No matching flows")
	case t.summary || bytes.HasPrefix(line, []byte("Summary")):
		t.summary = true
		return aboutLog
	}
	if err := t.table.parse(line, r); err != nil {
		return err
	}
	return settleNFDump(r)
}

// setPort reads a port, or ICMP's type and code as nfdump 1.6 has them: 8.0.
func setPort(at func(*row) *int32) setter {
	whole := setWhole(math.MaxUint16, at)
	return func(r *row, v []byte) error {
		before, after, found := bytes.Cut(v, []byte{'.'})
		if !found {
			return whole(r, v)
		}
		kind, ok := parseWhole(before)
		code, alsoOK := parseWhole(after)
		if !ok || !alsoOK || kind > math.MaxUint8 || code > math.MaxUint8 {
			return errors.New("is neither a port nor ICMP's type and code")
		}
		*at(r) = int32(kind<<8 | code) //nolint:gosec // 16 bits
		return nil
	}
}

// setEgress reads a direction of which 0 is ingress or not exported: nfdump
// does not tell which, so nothing is said then.
func setEgress(r *row, v []byte) error {
	if err := setDirection(r, v); err != nil {
		return err
	}
	if r.Direction == 0 {
		r.Direction = flow.Null
	}
	return nil
}

// swapLimit is how far a first packet may come after the last to be taken for
// the last. A router's uptime, 32 bits of milliseconds, that wrapped in between
// puts them 49.7 days apart, and such a flow would seem to have lasted so long.
const swapLimit = int64(1<<31) * 1000 // microseconds

// settleNFDump puts first and last packet right: nfcapd 1.7.1 has them the
// wrong way round of softflowd's IPFIX.
func settleNFDump(r *row) error {
	if r.ended == unset && r.started != unset {
		r.ended = r.started + r.duration
	}
	if r.ended != unset && r.ended < r.started && r.started-r.ended < swapLimit {
		r.started, r.ended = r.ended, r.started
	}
	return nil
}

// setNFDumpDuration reads a duration that is negative where first and last are
// the wrong way round. nfdump prints it as if its milliseconds were 64 bits
// without a sign, rounded to 4 s.
func setNFDumpDuration(r *row, v []byte) error {
	const wrapped = (1 << 63) / 1000 // seconds
	if seconds, _, ok := parseDecimal(v); ok && seconds >= wrapped {
		if below := int64(math.MaxUint64/1000) - seconds; below < lastSecond {
			r.duration = -max(below, 0) * 1e6
			return nil
		}
	}
	return setDuration(r, v)
}

func setNFDumpType(_ *row, v []byte) error {
	if string(v) != "FLOW" {
		return notFlow(shown(v))
	}
	return nil
}

// setNFDumpSampled reads nfcapd's mark that it has multiplied the counters by
// the sampling rate; multiplying once more would be wrong.
func setNFDumpSampled(r *row, v []byte) error {
	if string(v) != "0" {
		r.SamplingRate = 1
	}
	return nil
}

// setUnpaddedTime reads a time whose milliseconds may lack their leading
// zeros, as nfdump 1.6 writes it: 04:00:00.12 is 12 ms.
func setUnpaddedTime(at func(*row) *int64) setter {
	return func(r *row, v []byte) (err error) {
		if i := bytes.LastIndexByte(v, '.'); i >= 0 && len(v)-i-1 < 3 {
			padded := append(append(make([]byte, 0, 32), v[:i+1]...), "000"[:3-(len(v)-i-1)]...)
			v = append(padded, v[i+1:]...)
		}
		*at(r), err = parseTime(v)
		return err
	}
}
