package decode

import (
	"encoding/binary"
	"log/slog"
	"math"
	"time"

	"minewatch/ingest/flow"
)

const (
	// ntpToUnix is 1970 in NTP's seconds since 1900 (RFC 5905 section 6).
	ntpToUnix = 2208988800
	// latestMillis is the end of the year 9999: no clock says more, and every
	// reader of the lake can hold it.
	latestMillis = 253402300800000 - 1
	// longestFlow is what a 32-bit uptime in ms can tell apart, 24.8 days. A
	// record that claims more has a start that was never set.
	longestFlow = int64(1) << 31
)

// clock is the exporter's own time of a message.
type clock struct {
	export    int64  // ms since 1970, of the message header
	uptime    uint32 // ms since the device started, at export
	hasUptime bool
}

// at turns a moment of the uptime clock into ms since 1970. The difference is
// taken as a signed 32-bit number: the uptime wraps after 49.7 days, and a
// flow may have begun a few ms after the header's uptime was read. Both come
// out right within 24.8 days of the export.
func (c clock) at(uptime uint32) int64 {
	return c.export - int64(int32(c.uptime-uptime))
}

// startedAt makes the clock of a device that told when it started (IE 160),
// not how long it has been up.
func (c clock) startedAt(systemInit int64) clock {
	c.uptime = uint32(c.export - systemInit)
	c.hasUptime = systemInit > 0
	return c
}

// span is what a record says about its start and end, in all the ways that
// RFC 3954 section 8 and the IANA registry know.
type span struct {
	start, end             int64 // IE 150-157, ms since 1970; 0 = not said
	observed               int64 // IE 322-325, one moment
	startUptime, endUptime uint32
	startDelta, endDelta   int64 // IE 158, 159, µs before the export
	duration               int64 // IE 161, 162, ms
	hasStartUptime         bool  // IE 22
	hasEndUptime           bool  // IE 21
	hasStartDelta          bool
	hasEndDelta            bool
	hasDuration            bool
}

// resolve gives the start and end in ms since 1970; false if the record says
// nothing about time.
//
// Uptimes without any anchor (IPFIX from RouterOS: 21 and 22, never 160) still
// give the duration. The end is then the export, which follows it closely.
func (s *span) resolve(c clock) (start, end int64, ok bool) {
	start, end = s.start, s.end
	duration, hasDuration := s.duration, s.hasDuration
	switch {
	case c.hasUptime:
		if start == 0 && s.hasStartUptime {
			start = c.at(s.startUptime)
		}
		if end == 0 && s.hasEndUptime {
			end = c.at(s.endUptime)
		}
	case s.hasStartUptime && s.hasEndUptime && !hasDuration:
		duration, hasDuration = int64(int32(s.endUptime-s.startUptime)), true
	}
	if start == 0 && s.hasStartDelta {
		start = c.export - s.startDelta/1000
	}
	if end == 0 && s.hasEndDelta {
		end = c.export - s.endDelta/1000
	}
	if end == 0 {
		end = s.observed
	}
	switch {
	case start != 0 && end != 0:
	case start != 0:
		end = start + duration
	case end != 0:
		start = end - duration
	case hasDuration:
		start, end = c.export-duration, c.export
	default:
		return 0, 0, false
	}
	if end-start > longestFlow {
		start = end
	}
	return start, max(start, end), true
}

// stamp sets the times of r, which newRecord gave the time of receipt.
func (d *Decoder) stamp(r *flow.Record, a arrival, start, end int64) {
	if d.trust(a).has(start, end) {
		r.StartedAt, r.EndedAt, r.TimeSource = start, end, flow.ExporterClock
		return
	}
	d.distrust(a, end)
}

// trust is which times of a datagram are its exporter's clock's to tell: those of
// flows that end from first to last, ms since 1970.
//
// An exporter whose flows end further from their receipt than the limit has a
// wrong clock. Its flow then starts and ends at the receipt: the duration by
// the same clock is not kept, because a time_source of received must mean
// that nothing in the row rests on that clock.
type trust struct{ first, last int64 }

func (d *Decoder) trust(a arrival) trust {
	limit := a.exporter.treated.clockLimit
	switch {
	case a.exporter.treated.receivedClock:
		return trust{first: 1} // and last 0: none
	case limit < 0:
		return trust{math.MinInt64, latestMillis}
	default:
		now := a.received.UnixMilli()
		return trust{now - limit.Milliseconds(), min(latestMillis, now+limit.Milliseconds())}
	}
}

func (t trust) has(start, end int64) bool { return start >= 0 && end >= t.first && end <= t.last }

// distrust notes a flow whose end was told by a clock that is not believed.
func (d *Decoder) distrust(a arrival, end int64) {
	if a.exporter.treated.receivedClock { // nobody asked for it
		return
	}
	d.counts.ClockReplaced++
	if !a.exporter.clockSaid {
		a.exporter.clockSaid = true
		d.log.Warn("exporter's clock is off; its flows get the time of receipt",
			slog.String("exporter", a.exporter.name), slog.Time("flow_end", time.UnixMilli(end).UTC()),
			slog.Time("received_at", a.received.UTC()))
	}
}

// ntpMillis reads a dateTimeMicroseconds or dateTimeNanoseconds, both NTP
// timestamps (RFC 7011 sections 6.1.9 and 6.1.10). Seconds before 1970 belong
// to the era that begins in 2036.
func ntpMillis(b []byte) int64 {
	seconds := int64(binary.BigEndian.Uint32(b))
	fraction := int64(binary.BigEndian.Uint32(b[4:]))
	if seconds < ntpToUnix {
		seconds += 1 << 32
	}
	// To the nearest ms: exporters that count in ms cut the fraction off.
	return (seconds-ntpToUnix)*1000 + (fraction*1000+1<<31)>>32
}
