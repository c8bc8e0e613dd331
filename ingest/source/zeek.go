package source

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// zeekFields are the fields of Zeek's conn.log
// (docs.zeek.org, base/protocols/conn/main.zeek, Conn::Info), and those that
// the package json-streaming-logs adds.
var zeekFields = []LogField{
	{"_path", "(other than conn: no flow)", setZeekPath},
	{"_system_name", "exporter", setExporter},
	{"ts", "started_at", setTime(startedAt)},
	{"duration", "ended_at: ts and duration", setDuration},
	{"id.orig_h", "src of the way there, dst of the way back", setAddr(srcAddr)},
	{"id.resp_h", "dst, src", setAddr(dstAddr)},
	{"id.orig_p", "src_port, dst_port; ICMP: the type", setWhole(math.MaxUint16, srcPort)},
	{"id.resp_p", "dst_port, src_port; ICMP: the code, or the type of the answer", setWhole(math.MaxUint16, dstPort)},
	{"proto", "proto", setZeekProto},
	{"ip_proto", "proto", setProto},
	{"conn_state", "(a line with neither it nor packets is refused)", setZeekState},
	{"history", "tcp_flags, as far as it tells them", setZeekHistory},
	{"orig_pkts", "packets of the way there", setZeekPackets(packets)},
	{"resp_pkts", "packets of the way back", setZeekPackets(answerPackets)},
	{"orig_ip_bytes", "bytes of the way there", setCount(octets)},
	{"resp_ip_bytes", "bytes of the way back", setCount(answerBytes)},
	{"orig_bytes", "bytes of the way there, without orig_ip_bytes", setFallback(octets)},
	{"resp_bytes", "bytes of the way back, without resp_ip_bytes", setFallback(answerBytes)},
}

func isZeekTable(head []byte) bool {
	return bytes.HasPrefix(head, []byte("#separator ")) || bytes.HasPrefix(head, []byte("#fields\t"))
}

// zeekTable is conn.log as Zeek's ASCII writer has it: lines of directives,
// each after #, among lines of fields. A file of several logs has them again.
type zeekTable struct {
	table
	unset, empty string
	other        string // the log is another: dns, http …
}

func openZeekTable(in *input) (units, parser, error) {
	l := &lines{in: in, longest: maxLine}
	t := &zeekTable{table: table{comma: '\t'}, unset: "-", empty: "(empty)"}
	for { // the directives before the first row, so that a log that is none of connections is refused whole
		next, _ := in.Peek(1)
		if len(next) == 0 || next[0] != '#' && next[0] != '\n' {
			break
		}
		line, err := l.any()
		if err != nil {
			return nil, nil, err
		}
		if err := t.directive(line); err != nil {
			return nil, nil, err
		}
	}
	if t.other != "" {
		return nil, nil, fmt.Errorf("the file is Zeek's %s.log; flows are in conn.log", t.other)
	}
	if err := t.lacks(); err != nil {
		return nil, nil, err
	}
	return l, t, nil
}

// lacks says which fields the log does not have that a flow needs.
func (t *zeekTable) lacks() error {
	for _, name := range []string{"ts", "id.orig_h", "id.resp_h"} {
		if !slices.ContainsFunc(t.header, func(c tableColumn) bool { return c.name == name }) {
			return fmt.Errorf("the line #fields is missing or lacks %s, which conn.log has", name)
		}
	}
	return nil
}

// directive reads a line of Zeek's about the log.
func (t *zeekTable) directive(line []byte) error {
	name, value, _ := bytes.Cut(line, []byte{t.comma})
	if rest, ok := bytes.CutPrefix(line, []byte("#separator ")); ok { // the only one behind a space: \x09
		text, err := strconv.Unquote(`"` + string(rest) + `"`)
		if err != nil || len(text) != 1 {
			return fmt.Errorf("#separator %q is not one byte", shown(rest))
		}
		t.comma = text[0]
		return nil
	}
	switch string(name) {
	case "#unset_field":
		t.unset = string(value)
	case "#empty_field":
		t.empty = string(value)
	case "#path":
		if t.other = string(value); t.other == "conn" {
			t.other = ""
		}
	case "#fields":
		known := setters(zeekFields)
		return t.bind(value, func(name string) setter {
			if set := known[name]; set != nil {
				return t.present(set)
			}
			return nil
		})
	}
	return nil
}

// present has a field read unless it is marked as unset or empty.
func (t *zeekTable) present(set setter) setter {
	return func(r *row, v []byte) error {
		if string(v) == t.unset || string(v) == t.empty {
			return nil
		}
		return set(r, v)
	}
}

func (t *zeekTable) parse(line []byte, r *row) error {
	if line[0] == '#' {
		if err := t.directive(line); err != nil {
			return err
		}
		return aboutLog
	}
	if t.other != "" {
		return notFlow(t.other)
	}
	if err := t.table.parse(line, r); err != nil {
		return err
	}
	return settleZeek(r)
}

func setZeekPath(_ *row, v []byte) error {
	if string(v) != "conn" {
		return notFlow(shown(v))
	}
	return nil
}

// setZeekProto reads tcp, udp, icmp; the protocols that Zeek does not follow
// are told, if at all, by ip_proto.
func setZeekProto(r *row, v []byte) error {
	if string(v) == "unknown_transport" {
		return nil
	}
	return setProto(r, v)
}

func setZeekState(r *row, _ []byte) error {
	r.kind = "conn"
	return nil
}

func setZeekPackets(at func(*row) *int64) setter {
	count := setCount(at)
	return func(r *row, v []byte) error {
		r.counted = true
		return count(r, v)
	}
}

// setFallback reads a counter that a better one goes before, in either order.
func setFallback(at func(*row) *int64) setter {
	count := setCount(at)
	return func(r *row, v []byte) error {
		if *at(r) != 0 {
			return nil
		}
		return count(r, v)
	}
}

// setZeekHistory reads the flags of both directions off the history of a TCP
// connection, in capitals what its originator sent. Data comes with ACK; PSH
// and URG are not told.
func setZeekHistory(r *row, v []byte) error {
	for _, c := range v {
		flags := int16(0)
		switch c | 0x20 {
		case 's':
			flags = flagSYN
		case 'h':
			flags = flagSYN | flagACK
		case 'a', 'd':
			flags = flagACK
		case 'f':
			flags = flagFIN
		case 'r':
			flags = flagRST
		}
		if c&0x20 == 0 {
			r.TCPFlags |= flags
		} else {
			r.answer.tcpFlags |= flags
		}
	}
	return nil
}

// settleZeek decides what a connection is as flows.
func settleZeek(r *row) error {
	if r.kind == "" && !r.counted {
		return errors.New("is no connection: it has neither conn_state nor orig_pkts")
	}
	r.both = true
	if r.Proto != protoTCP {
		r.TCPFlags, r.answer.tcpFlags = 0, 0
	}
	if r.Proto == protoICMP && !r.Src.Netip().Is4() {
		r.Proto = protoICMPv6 // Zeek calls both icmp
	}
	if r.Proto == protoICMP || r.Proto == protoICMPv6 {
		r.zeekICMP()
	}
	return nil
}

// zeekICMP takes ICMP's type off the originator's port, and off the
// responder's the code or, of a message that has an answer, the answer's type
// (Zeek, src/packet_analysis/protocol/icmp).
func (r *row) zeekICMP() {
	kind, other := r.SrcPort, r.DstPort
	r.SrcPort, r.DstPort = 0, 0
	r.icmpType, r.icmpCode = kind, other
	r.answer.icmpType, r.answer.icmpCode = kind, other
	if icmpAnswers[icmpPair{r.Proto, kind}] == other && other != 0 || r.Proto == protoICMP && kind == 8 && other == 0 {
		r.icmpCode, r.answer.icmpType, r.answer.icmpCode = 0, other, 0
	}
}

type icmpPair struct {
	proto int16
	kind  int32
}

// icmpAnswers are the types that ask, and those that answer them, each way.
var icmpAnswers = map[icmpPair]int32{
	{protoICMP, 0}: 8, {protoICMP, 13}: 14, {protoICMP, 14}: 13, {protoICMP, 15}: 16, {protoICMP, 16}: 15,
	{protoICMP, 17}: 18, {protoICMP, 18}: 17, {protoICMP, 10}: 9, {protoICMP, 9}: 10,
	{protoICMPv6, 128}: 129, {protoICMPv6, 129}: 128, {protoICMPv6, 133}: 134, {protoICMPv6, 134}: 133,
	{protoICMPv6, 135}: 136, {protoICMPv6, 136}: 135, {protoICMPv6, 130}: 131, {protoICMPv6, 131}: 130,
	{protoICMPv6, 139}: 140, {protoICMPv6, 140}: 139,
}
