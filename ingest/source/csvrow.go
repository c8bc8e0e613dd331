package source

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"unicode"
	"unicode/utf8"

	"minewatch/ingest/flow"
)

// csvRow is a record on its way in: fields that are only settled when the
// whole row is known stand beside it. Times are microseconds since 1970.
type csvRow struct {
	*flow.Record
	exporters map[string]string // those seen, so that a record costs no new string

	received, started, ended int64 // unset if the row does not say
	duration                 int64
	hasSrc, hasDst           bool
}

const (
	unset        = math.MinInt64
	maxExporter  = 128     // bytes of a name
	maxExporters = 1 << 16 // names that are kept to be shared
)

// start fills in what holds for a row that says nothing else.
func (r *csvRow) start(rec *flow.Record, o *CSVOptions) {
	*r = csvRow{Record: rec, exporters: r.exporters, received: unset, started: unset, ended: unset}
	r.Exporter, r.SamplingRate = o.Exporter, o.SamplingRate
	r.EndReason, r.Direction, r.Boundary, r.NATSrcPort = flow.Null, flow.Null, flow.Null, flow.Null
	r.Format, r.TimeSource = flow.CSV, flow.ExporterClock
}

// finish settles the times and checks that nothing required is empty.
func (r *csvRow) finish() error {
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

func setTime(at func(*csvRow) *int64) csvSetter {
	return func(r *csvRow, v []byte) (err error) {
		*at(r), err = parseTime(v)
		return err
	}
}

func setDuration(r *csvRow, v []byte) error {
	seconds, micros, ok := parseDecimal(v)
	if !ok || seconds > lastSecond {
		return errors.New("is not a number of seconds")
	}
	r.duration = seconds*1e6 + micros
	return nil
}

func setAddr(at func(*csvRow) (*flow.Addr, *bool)) csvSetter {
	return func(r *csvRow, v []byte) (err error) {
		addr, has := at(r)
		*addr, err = parseAddr(v)
		*has = true
		return err
	}
}

func setNATSrc(r *csvRow, v []byte) (err error) {
	r.NATSrc, err = parseAddr(v)
	if r.HasNATSrc = !r.NATSrc.Netip().IsUnspecified(); !r.HasNATSrc {
		r.NATSrc = flow.Addr{}
	}
	return err
}

func setWhole[T int16 | int32 | int64](largest int64, at func(*csvRow) *T) csvSetter {
	return func(r *csvRow, v []byte) error {
		n, ok := parseWhole(v)
		if !ok || n > largest {
			return fmt.Errorf("is not a whole number from 0 to %d", largest)
		}
		*at(r) = T(n)
		return nil
	}
}

func setProto(r *csvRow, v []byte) error {
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

func setFlags(r *csvRow, v []byte) error {
	n, ok := parseFlags(v)
	if !ok {
		return errors.New("is no set of TCP flags: a number up to 4095, hex as 0x1b, or letters of CEUAPRSF")
	}
	r.TCPFlags = n
	return nil
}

func setDirection(r *csvRow, v []byte) error {
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
func setExporter(r *csvRow, v []byte) error {
	name, known := r.exporters[string(v)]
	if !known {
		name = string(v)
		if len(v) > maxExporter || !utf8.Valid(v) || slices.ContainsFunc([]rune(name), func(c rune) bool { return !unicode.IsPrint(c) }) {
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

func setFormat(r *csvRow, v []byte) error {
	switch f := flow.Format(lower(v)); f {
	case flow.NetFlow5, flow.NetFlow9, flow.IPFIX, flow.SFlow, flow.CSV:
		r.Format = f
		return nil
	default:
		return errors.New("is no format: netflow5, netflow9, ipfix, sflow or csv")
	}
}

func setTimeSource(r *csvRow, v []byte) error {
	switch t := flow.TimeSource(lower(v)); t {
	case flow.ExporterClock, flow.ReceivedClock:
		r.TimeSource = t
		return nil
	default:
		return errors.New("is no time source: exporter or received")
	}
}
