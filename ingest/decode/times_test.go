package decode_test

import (
	"math"
	"testing"
	"time"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
)

// ntp is t as a dateTimeMicroseconds or dateTimeNanoseconds.
func ntp(t time.Time) []byte {
	return join(be(4, uint64(t.Unix()+2208988800)), be(4, uint64(t.Nanosecond())<<32/1e9))
}

func ms(t time.Time) []byte { return be(8, uint64(t.UnixMilli())) }

// timed is a message of one record with these times.
func timed(version int, values ...[]byte) func(list ...field) []byte {
	return func(list ...field) []byte {
		list = append([]field{f(8, 4), f(12, 4)}, list...)
		data := set(256, ip("10.0.0.1"), ip("10.0.0.2"), join(values...))
		if version == 9 {
			return v9(set(0, template(256, list...)), data)
		}
		return v10(set(2, template(256, list...)), data)
	}
}

func TestTimes(t *testing.T) {
	const second, minute = time.Second, time.Minute
	start, end := now.Add(-90*second), now.Add(-30*second)
	const sixtyDays = (60 * 86_400_000) & math.MaxUint32 // ms, wrapped once
	for _, c := range []struct {
		name       string
		datagrams  [][]byte
		start, end time.Time
		source     flow.TimeSource // exporter unless said
	}{
		{
			name:      "v9 uptimes (22, 21)",
			datagrams: [][]byte{timed(9, be(4, uptime0-90_000), be(4, uptime0-30_000))(f(22, 4), f(21, 4))},
			start:     start, end: end,
		},
		{
			name: "v9 uptimes after the wrap of 49.7 days, begun before it",
			datagrams: [][]byte{v9at(now, 60_000, domain0, set(0, template(256, f(8, 4), f(22, 4), f(21, 4))),
				set(256, ip("10.0.0.1"), be(4, 1<<32-30_000), be(4, 30_000)))},
			start: start, end: end,
		},
		{
			name:      "v9 start a few ms after the header's uptime: not 49.7 days ago",
			datagrams: [][]byte{timed(9, be(4, uptime0+5), be(4, uptime0+5))(f(22, 4), f(21, 4))},
			start:     now.Add(5 * time.Millisecond), end: now.Add(5 * time.Millisecond),
		},
		{
			name:      "v5 uptimes, and a start a few ms after the header's",
			datagrams: [][]byte{v5(1, 0, v5record(uptime0+5, uptime0+8))},
			start:     now.Add(5 * time.Millisecond), end: now.Add(8 * time.Millisecond),
		},
		{
			name:      "v9 milliseconds (152, 153)",
			datagrams: [][]byte{timed(9, ms(start), ms(end))(f(152, 8), f(153, 8))},
			start:     start, end: end,
		},
		{
			name:      "v9 seconds (150, 151)",
			datagrams: [][]byte{timed(9, be(4, uint64(start.Unix())), be(4, uint64(end.Unix())))(f(150, 4), f(151, 4))},
			start:     start, end: end,
		},
		{
			name:      "ipfix seconds",
			datagrams: [][]byte{timed(10, be(4, uint64(start.Unix())), be(4, uint64(end.Unix())))(f(150, 4), f(151, 4))},
			start:     start, end: end,
		},
		{
			name:      "ipfix microseconds (154, 155), NTP",
			datagrams: [][]byte{timed(10, ntp(start.Add(123*time.Millisecond)), ntp(end))(f(154, 8), f(155, 8))},
			start:     start.Add(123 * time.Millisecond), end: end,
		},
		{
			name:      "v9 nanoseconds (156, 157), NTP",
			datagrams: [][]byte{timed(9, ntp(start), ntp(end.Add(500*time.Millisecond)))(f(156, 8), f(157, 8))},
			start:     start, end: end.Add(500 * time.Millisecond),
		},
		{
			name:      "ipfix deltas to the export (158, 159)",
			datagrams: [][]byte{timed(10, be(4, 90e6), be(4, 30e6))(f(158, 4), f(159, 4))},
			start:     start, end: end,
		},
		{
			name:      "ipfix start and duration (161)",
			datagrams: [][]byte{timed(10, ms(start), be(4, 60_000))(f(152, 8), f(161, 4))},
			start:     start, end: end,
		},
		{
			name:      "ipfix end and duration in microseconds (162)",
			datagrams: [][]byte{timed(10, ms(end), be(4, 60e6))(f(153, 8), f(162, 4))},
			start:     start, end: end,
		},
		{
			name:      "duration alone ends at the export",
			datagrams: [][]byte{timed(10, be(4, 60_000))(f(161, 4))},
			start:     now.Add(-minute), end: now,
		},
		{
			name:      "ipfix uptimes with the system's start in the record (160)",
			datagrams: [][]byte{timed(10, be(4, 10_000), be(4, 70_000), ms(start.Add(-10*second)))(f(22, 4), f(21, 4), f(160, 8))},
			start:     start, end: end,
		},
		{
			name: "ipfix uptimes with the system's start in an options record",
			datagrams: [][]byte{
				v10(set(3, options10(300, 1, f(143, 4), f(160, 8))), set(300, be(4, 1), ms(start.Add(-10*second)))),
				timed(10, be(4, 10_000), be(4, 70_000))(f(22, 4), f(21, 4)),
			},
			start: start, end: end,
		},
		{
			name: "ipfix uptimes of a system up for 60 days, its start told under another domain",
			datagrams: [][]byte{
				v10at(now, 0, set(3, options10(300, 1, f(143, 4), f(160, 8))), set(300, be(4, 1), ms(now.Add(-60*24*time.Hour)))),
				timed(10, be(4, sixtyDays-90_000), be(4, sixtyDays-30_000))(f(22, 4), f(21, 4)),
			},
			start: start, end: end,
		},
		{
			name:      "ipfix uptimes of an unknown start give the duration (RouterOS)",
			datagrams: [][]byte{timed(10, be(4, 10_000), be(4, 70_000))(f(22, 4), f(21, 4))},
			start:     now.Add(-minute), end: now,
		},
		{
			name:      "one moment (323), as NSEL has it",
			datagrams: [][]byte{timed(9, ms(end))(f(323, 8))},
			start:     end, end: end,
		},
		{
			name:      "start and the moment of the event",
			datagrams: [][]byte{timed(9, ms(start), ms(end))(f(152, 8), f(323, 8))},
			start:     start, end: end,
		},
		{
			name:      "an end before the start is the start",
			datagrams: [][]byte{timed(10, ms(end), ms(start))(f(152, 8), f(153, 8))},
			start:     end, end: end,
		},
		{
			name:      "a start that was never set is the end",
			datagrams: [][]byte{timed(10, be(8, 0), ms(end))(f(152, 8), f(153, 8))},
			start:     end, end: end,
		},
		{
			name:      "a start in 1971 is the end",
			datagrams: [][]byte{timed(10, be(8, 31536000000), ms(end))(f(152, 8), f(153, 8))},
			start:     end, end: end,
		},
		{
			name:      "no times",
			datagrams: [][]byte{timed(10)()},
			start:     now, end: now, source: flow.ReceivedClock,
		},
		{
			name:      "times beyond the year 9999 are none",
			datagrams: [][]byte{timed(10, be(8, 1<<63), be(8, 1<<62))(f(152, 8), f(153, 8))},
			start:     now, end: now, source: flow.ReceivedClock,
		},
		{
			name:      "times of a length that they cannot have are none",
			datagrams: [][]byte{timed(10, be(4, 1), be(2, 1))(f(154, 4), f(157, 2))},
			start:     now, end: now, source: flow.ReceivedClock,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := decodeOne(t, c.datagrams...)
			if c.source == "" {
				c.source = flow.ExporterClock
			}
			got := [2]time.Time{time.UnixMilli(r.StartedAt).UTC(), time.UnixMilli(r.EndedAt).UTC()}
			if want := [2]time.Time{c.start, c.end}; got != want || r.TimeSource != c.source {
				t.Errorf("%v by %s, want %v by %s", got, r.TimeSource, want, c.source)
			}
			if r.ReceivedAt != now.UnixMicro() {
				t.Errorf("received at %d, want %d", r.ReceivedAt, now.UnixMicro())
			}
		})
	}
}

// TestClockLimit: a flow that ends too far from its receipt gets the time of
// receipt for both ends, and is counted.
func TestClockLimit(t *testing.T) {
	for _, c := range []struct {
		name     string
		limit    time.Duration
		off      time.Duration // of the flow's end
		replaced bool
	}{
		{"within the default", 0, -59 * time.Minute, false},
		{"past the default", 0, -61 * time.Minute, true},
		{"ahead of the default", 0, 61 * time.Minute, true},
		{"past a shorter limit", time.Minute, -2 * time.Minute, true},
		{"within a longer limit", 48 * time.Hour, -47 * time.Hour, false},
		{"no check", -1, -20 * 365 * 24 * time.Hour, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStation(t, decode.Options{ClockLimit: c.limit})
			end := now.Add(c.off)
			start := end.Add(-time.Minute)
			r := s.one(timed(10, ms(start), ms(end))(f(152, 8), f(153, 8)))
			want, source, counted := [2]int64{start.UnixMilli(), end.UnixMilli()}, flow.ExporterClock, int64(0)
			if c.replaced {
				want, source, counted = [2]int64{now.UnixMilli(), now.UnixMilli()}, flow.ReceivedClock, 1
			}
			if got := [2]int64{r.StartedAt, r.EndedAt}; got != want || r.TimeSource != source {
				t.Errorf("%v by %s, want %v by %s", got, r.TimeSource, want, source)
			}
			if got := s.Counts().ClockReplaced; got != counted {
				t.Errorf("%d clocks replaced, want %d", got, counted)
			}
		})
	}
}
