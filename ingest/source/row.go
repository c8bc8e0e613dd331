package source

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"minewatch/ingest/flow"
)

// row is a record on its way in: fields that are only settled when the
// whole row is known stand beside it. Times are microseconds since 1970.
type row struct {
	*flow.Record
	exporters map[string]string // those seen, so that a record costs no new string

	received, started, ended int64 // unset if the row does not say
	duration                 int64
	hasSrc, hasDst           bool
	icmpType, icmpCode       int32  // Null if the row does not say
	kind                     string // what the log calls the row, where that matters

	// Of a log whose lines tell both directions of a connection.
	both    bool
	counted bool // the packets of a direction are told, so that none means none
	answer  answer
}

// answer is the direction back, of a line that tells both.
type answer struct {
	bytes, packets     int64
	tcpFlags           int16
	icmpType, icmpCode int32
}

// setter reads the value v, which is not empty, into r. Its error says what v
// is not, to follow the name and the value of its field.
type setter func(r *row, v []byte) error

const (
	unset        = math.MinInt64
	maxExporter  = 128     // bytes of a name
	maxExporters = 1 << 16 // names that are kept to be shared
)

const (
	protoICMP   = 1
	protoTCP    = 6
	protoICMPv6 = 58
)

// TCP flags (RFC 9293 section 3.1).
const (
	flagFIN = 0x01
	flagSYN = 0x02
	flagRST = 0x04
	flagACK = 0x10
)

// Where the fields of the logs go.
func receivedAt(r *row) *int64             { return &r.received }
func startedAt(r *row) *int64              { return &r.started }
func endedAt(r *row) *int64                { return &r.ended }
func srcAddr(r *row) (*flow.Addr, *bool)   { return &r.Src, &r.hasSrc }
func dstAddr(r *row) (*flow.Addr, *bool)   { return &r.Dst, &r.hasDst }
func srcPort(r *row) *int32                { return &r.SrcPort }
func dstPort(r *row) *int32                { return &r.DstPort }
func icmpType(r *row) *int32               { return &r.icmpType }
func icmpCode(r *row) *int32               { return &r.icmpCode }
func octets(r *row) *int64                 { return &r.Bytes }
func packets(r *row) *int64                { return &r.Packets }
func answerBytes(r *row) *int64            { return &r.answer.bytes }
func answerPackets(r *row) *int64          { return &r.answer.packets }
func inIf(r *row) *int64                   { return &r.InIf }
func outIf(r *row) *int64                  { return &r.OutIf }
func srcAS(r *row) *int64                  { return &r.SrcAS }
func dstAS(r *row) *int64                  { return &r.DstAS }
func domain(r *row) *int64                 { return &r.Domain }
func natSrcPort(r *row) *int32             { return &r.NATSrcPort }
func setCount(at func(*row) *int64) setter { return setWhole(math.MaxInt64, at) }

// start fills in what holds for a row that says nothing else.
func (r *row) start(rec *flow.Record, format flow.Format, exporter string, samplingRate int32) {
	*r = row{
		Record: rec, exporters: r.exporters,
		received: unset, started: unset, ended: unset,
		icmpType: flow.Null, icmpCode: flow.Null,
		answer: answer{icmpType: flow.Null, icmpCode: flow.Null},
	}
	r.Exporter, r.SamplingRate = exporter, samplingRate
	r.EndReason, r.Direction, r.Boundary, r.NATSrcPort = flow.Null, flow.Null, flow.Null, flow.Null
	r.Format, r.TimeSource = format, flow.ExporterClock
}

// finish settles what the whole row decides, and checks that nothing required
// is empty.
func (r *row) finish() error {
	if r.both && r.counted && r.Packets == 0 && r.answer.packets == 0 {
		return errors.New("has no packets in either direction")
	}
	r.settleICMP(&r.DstPort, r.icmpType, r.icmpCode)
	return r.settleTimes()
}

// settleICMP puts ICMP's type and code where the destination port would be, as
// NetFlow does.
func (r *row) settleICMP(port *int32, kind, code int32) {
	if kind >= 0 && *port == 0 && (r.Proto == protoICMP || r.Proto == protoICMPv6) {
		*port = kind<<8 | max(code, 0)
	}
}

// settleTimes checks the times, and that the addresses are there.
func (r *row) settleTimes() error {
	switch {
	case !r.hasSrc:
		return errors.New("has no src")
	case !r.hasDst:
		return errors.New("has no dst")
	case r.started == unset && r.ended == unset:
		return errors.New("has neither started_at nor ended_at")
	case r.started == unset:
		r.started = r.ended - r.duration
	case r.ended == unset:
		r.ended = r.started + r.duration
	}
	switch {
	case r.started < 0:
		return errors.New("starts before 1970")
	case r.ended > lastSecond*1e6:
		return errors.New("ends after the year 9999")
	case r.ended < r.started:
		return errors.New("ends before it starts")
	}
	if r.received == unset || r.received == 0 {
		r.received = r.ended
	}
	r.ReceivedAt, r.StartedAt, r.EndedAt = r.received, r.started/1000, r.ended/1000
	return nil
}

// directions is the records that the finished row makes, the last of batch
// being that of the way there: of a row for both directions, one for each that
// had packets.
func (r *row) directions(batch []flow.Record) []flow.Record {
	if !r.both {
		return batch
	}
	there, back := r.Packets > 0, r.answer.packets > 0
	if !r.counted { // it had a first packet, and whoever sends bytes sends packets
		there, back = true, r.answer.bytes > 0
	}
	if back {
		answer := *r.Record
		answer.Src, answer.Dst, answer.SrcPort, answer.DstPort = r.Dst, r.Src, r.DstPort, r.SrcPort
		answer.Bytes, answer.Packets, answer.TCPFlags = r.answer.bytes, r.answer.packets, r.answer.tcpFlags
		if r.icmpType >= 0 {
			answer.SrcPort, answer.DstPort = 0, 0
			r.settleICMP(&answer.DstPort, r.answer.icmpType, r.answer.icmpCode)
		}
		batch = append(batch, answer)
	}
	if !there {
		batch[len(batch)-2] = batch[len(batch)-1]
		batch = batch[:len(batch)-1]
	}
	return batch
}

func setTime(at func(*row) *int64) setter {
	return func(r *row, v []byte) (err error) {
		*at(r), err = parseTime(v)
		return err
	}
}

func setDuration(r *row, v []byte) error {
	seconds, micros, ok := parseDecimal(v)
	if !ok {
		seconds, micros, ok = parseScientific(v)
	}
	if !ok || seconds > lastSecond {
		return errors.New("is not a number of seconds")
	}
	r.duration = seconds*1e6 + micros
	return nil
}

func setAddr(at func(*row) (*flow.Addr, *bool)) setter {
	return func(r *row, v []byte) (err error) {
		addr, has := at(r)
		*addr, err = parseAddr(v)
		*has = true
		return err
	}
}

func setNATSrc(r *row, v []byte) (err error) {
	r.NATSrc, err = parseAddr(v)
	if r.HasNATSrc = !r.NATSrc.Netip().IsUnspecified(); !r.HasNATSrc {
		r.NATSrc = flow.Addr{}
	}
	return err
}

func setWhole[T int16 | int32 | int64](largest int64, at func(*row) *T) setter {
	return func(r *row, v []byte) error {
		n, ok := parseWhole(v)
		if !ok || n > largest {
			return fmt.Errorf("is not a whole number from 0 to %d", largest)
		}
		*at(r) = T(n)
		return nil
	}
}

func setProto(r *row, v []byte) error {
	n, ok := parseWhole(v)
	if !ok {
		n, ok = protocolNumber(v)
	}
	if !ok || n > math.MaxUint8 {
		return errors.New("is no protocol: a number from 0 to 255, or a name such as tcp")
	}
	r.Proto = int16(n)
	return nil
}

func setFlags(r *row, v []byte) error {
	n, ok := parseFlags(v)
	if !ok {
		return errors.New("is no set of TCP flags: a number up to 4095, hex as 0x1b, or letters of CEUAPRSF")
	}
	r.TCPFlags = n
	return nil
}

func setDirection(r *row, v []byte) error {
	switch lower(v) {
	case "0", "in", "ingress":
		r.Direction = 0
	case "1", "out", "egress":
		r.Direction = 1
	default:
		return errors.New("is no direction: 0, in, ingress or 1, out, egress")
	}
	return nil
}

// setExporter keeps an address in its usual form, so that a router has one
// name however its log wrote it.
func setExporter(r *row, v []byte) error {
	name, known := r.exporters[string(v)]
	if !known {
		name = string(v)
		if !isExporter(name) {
			return fmt.Errorf("is not a name of at most %d printable bytes", maxExporter)
		}
		if addr, err := netip.ParseAddr(name); err == nil {
			name = addr.Unmap().String()
			if addr.IsUnspecified() {
				name = ""
			}
		}
		if len(r.exporters) < maxExporters {
			r.exporters[string(v)] = name
		}
	}
	if name != "" {
		r.Exporter = name
	}
	return nil
}

// isExporter says that an exporter may be called so.
func isExporter(name string) bool {
	return len(name) <= maxExporter && utf8.ValidString(name) && !strings.ContainsFunc(name, func(c rune) bool { return !unicode.IsPrint(c) })
}

func setFormat(r *row, v []byte) error {
	switch f := flow.Format(lower(v)); f {
	case flow.NetFlow5, flow.NetFlow9, flow.IPFIX, flow.SFlow, flow.NFDump, flow.GoFlow2, flow.Zeek, flow.VPC, flow.EVE, flow.CSV:
		r.Format = f
		return nil
	default:
		return errors.New("is no format: netflow5, netflow9, ipfix, sflow, nfdump, goflow2, zeek, vpc, eve or csv")
	}
}

func setTimeSource(r *row, v []byte) error {
	switch t := flow.TimeSource(lower(v)); t {
	case flow.ExporterClock, flow.ReceivedClock:
		r.TimeSource = t
		return nil
	default:
		return errors.New("is no time source: exporter or received")
	}
}
