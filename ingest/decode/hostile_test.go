package decode_test

import (
	"context"
	"log/slog"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
)

// TestHostile has what would kill or mislead a decoder that trusts what it
// reads. Each case says what becomes of it in the counts.
func TestHostile(t *testing.T) {
	good := set(256, ip("10.0.0.1"), ip("10.0.0.2"))
	addresses := template(256, f(8, 4), f(12, 4))
	for _, c := range []struct {
		name      string
		datagrams [][]byte
		want      flow.Counts // Datagrams and DatagramBytes are filled in
		records   int
	}{
		{
			name:      "v9 template of no fields, then its data: endless in goflow2",
			datagrams: [][]byte{v9(set(0, template(256)), set(256, be(8, 1)))},
			want:      flow.Counts{DatagramsDecoded: 1, Sets: 2, SetsMalformed: 1, SetsNoTemplate: 1},
		},
		{
			name:      "ipfix template of no fields, then its data",
			datagrams: [][]byte{v10(set(2, template(256)), set(256, be(8, 1)))},
			want:      flow.Counts{DatagramsDecoded: 1, Sets: 2, SetsDecoded: 1, SetsNoTemplate: 1},
		},
		{
			name:      "template whose fields have no bytes",
			datagrams: [][]byte{v9(set(0, template(256, f(8, 0), f(12, 0))), set(256, be(8, 1)))},
			want:      flow.Counts{DatagramsDecoded: 1, Sets: 2, SetsMalformed: 1, SetsNoTemplate: 1},
		},
		{
			name:      "options templates of no fields",
			datagrams: [][]byte{v9(set(1, options9(256, 0))), v10(set(3, be(2, 256), be(2, 0), be(2, 0)))},
			want:      flow.Counts{DatagramsDecoded: 2, Sets: 2, SetsDecoded: 1, SetsMalformed: 1},
		},
		{
			name:      "expanded sflow sample of 4294967295 records: 103 GB in goflow2",
			datagrams: [][]byte{sflow5(expandedSample(0xffffffff))},
			want:      flow.Counts{DatagramsDecoded: 1, Sets: 1, SetsMalformed: 1},
		},
		{
			name:      "sflow datagram of 4294967295 samples",
			datagrams: [][]byte{sflow5n(0xffffffff, flowSample())},
			want:      flow.Counts{DatagramsMalformed: 1},
		},
		{
			name:      "template of 65535 fields in 4 bytes",
			datagrams: [][]byte{v9(set(0, be(2, 256), be(2, 65535))), v10(set(2, be(2, 256), be(2, 65535)))},
			want:      flow.Counts{DatagramsDecoded: 2, Sets: 2, SetsMalformed: 2},
		},
		{
			name:      "template that ends within an enterprise number",
			datagrams: [][]byte{v10(set(2, be(2, 256), be(2, 1), be(2, 0x8001), be(2, 4)))},
			want:      flow.Counts{DatagramsDecoded: 1, Sets: 1, SetsMalformed: 1},
		},
		{
			name: "options templates whose lengths cannot be",
			datagrams: [][]byte{
				v9(set(1, be(2, 256), be(2, 3), be(2, 5), fields([]field{f(1, 4), f(34, 4)}))),
				v10(set(3, be(2, 256), be(2, 1), be(2, 2), fields([]field{f(1, 4), f(34, 4)}))),
				v10(set(3, be(2, 256), be(2, 1))),
			},
			want: flow.Counts{DatagramsDecoded: 3, Sets: 3, SetsMalformed: 3},
		},
		{
			name:      "template under a set's own ID; the one before it is learnt",
			datagrams: [][]byte{v9(set(0, addresses, template(255, f(8, 4)), template(257, f(8, 4))), good)},
			want:      flow.Counts{DatagramsDecoded: 1, Sets: 2, SetsDecoded: 1, SetsMalformed: 1, Templates: 1, Records: 1, SamplingUnknown: 1},
			records:   1,
		},
		{
			name:      "set longer than the datagram; the ones before it stand",
			datagrams: [][]byte{v9(set(0, addresses), good, be(2, 256), be(2, 200), be(8, 0))},
			want:      flow.Counts{DatagramsDecoded: 1, Sets: 3, SetsDecoded: 2, SetsMalformed: 1, Templates: 1, Records: 1, SamplingUnknown: 1},
			records:   1,
		},
		{
			name:      "set of length 0 before bytes that are not zero",
			datagrams: [][]byte{v9(set(0, addresses), be(2, 256), be(2, 0), good)},
			want:      flow.Counts{DatagramsDecoded: 1, Sets: 2, SetsDecoded: 1, SetsMalformed: 1, Templates: 1},
		},
		{
			name:      "reserved set IDs",
			datagrams: [][]byte{v9(set(2, be(4, 1)), set(255, be(4, 1))), v10(set(0, be(4, 1)), set(1), set(4))},
			want:      flow.Counts{DatagramsDecoded: 2, Sets: 5, SetsUnknown: 5},
		},
		{
			name:      "data shorter than one record",
			datagrams: [][]byte{v9(set(0, addresses), set(256, be(7, 1)))},
			want:      flow.Counts{DatagramsDecoded: 1, Sets: 2, SetsDecoded: 1, SetsMalformed: 1, Templates: 1},
		},
		{
			name:      "headers cut short",
			datagrams: [][]byte{v9()[:19], v10()[:15], v5(0, 0)[:23], sflow5()[:27], {0, 9, 0, 0}},
			want:      flow.Counts{DatagramsMalformed: 5},
		},
		{
			name:      "ipfix of a length below its header",
			datagrams: [][]byte{join(be(2, 10), be(2, 15), be(12, 0))},
			want:      flow.Counts{DatagramsMalformed: 1},
		},
		{
			name:      "not a flow export",
			datagrams: [][]byte{{}, {0}, {0, 5, 1}, []byte("GET / HTTP/1.1"), join(be(2, 1), be(40, 0)), join(be(4, 4), be(40, 0))},
			want:      flow.Counts{DatagramsUnknown: 6},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStation(t, decode.Options{})
			if got := len(s.receive(c.datagrams...)); got != c.records {
				t.Errorf("%d records, want %d", got, c.records)
			}
			for _, b := range c.datagrams {
				c.want.Datagrams++
				c.want.DatagramBytes += int64(len(b))
			}
			if diff := cmp.Diff(c.want, s.Counts(), exceptStray); diff != "" {
				t.Errorf("counts (-want +got):\n%s", diff)
			}
		})
	}
}

// exceptStray leaves out StrayBytes, which is told beside the identities.
var exceptStray = cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "StrayBytes" }, cmp.Ignore())

// TestCostOfHostile gives templates that would cost a naive reader gigabytes
// or minutes: many fields of no bytes with records of one byte.
func TestCostOfHostile(t *testing.T) {
	list := []field{f(4, 1)}
	for range 16000 {
		list = append(list, f(8, 0))
	}
	s := newStation(t, decode.Options{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	records := s.receive(v9(set(0, template(256, list...))), v9(set(256, make([]byte, 60000))))
	runtime.ReadMemStats(&after)
	if len(records) != 60000 {
		t.Errorf("%d records of one byte, want 60000", len(records))
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 256<<20 {
		t.Errorf("%d MB allocated", grown>>20)
	}
}

// TestForgetsOldest floods the decoder with templates of many exporters: the
// memory is bounded, and the newest are known.
func TestForgetsOldest(t *testing.T) {
	s := newStation(t, decode.Options{})
	list := make([]field, 1000)
	for i := range list {
		list[i] = f(4, 1)
	}
	for i := range 3000 {
		s.receive(v9at(now, 0, uint32(i), set(0, template(256, list...))))
	}
	body := make([]byte, 1000)
	if got := len(s.receive(v9at(now, 0, 2999, set(256, body)))); got != 1 {
		t.Errorf("%d records by the newest template, want 1", got)
	}
	if got := len(s.receive(v9at(now, 0, 0, set(256, body)))); got != 0 {
		t.Errorf("%d records by the oldest of 3 million fields, want 0", got)
	}
}

// trap is a log handler that panics on the first record below Error.
type trap struct{ sprung *bool }

func (h trap) Enabled(context.Context, slog.Level) bool { return true }
func (h trap) WithAttrs([]slog.Attr) slog.Handler       { return h }
func (h trap) WithGroup(string) slog.Handler            { return h }

func (h trap) Handle(_ context.Context, r slog.Record) error {
	if r.Level < slog.LevelError {
		panic("a fault inside the decoder")
	}
	*h.sprung = strings.Contains(r.Message, "panic")
	return nil
}

// TestPanicIsOneMalformedDatagram springs a panic in the middle of a datagram
// that already gave records.
func TestPanicIsOneMalformedDatagram(t *testing.T) {
	sprung := false
	s := newStation(t, decode.Options{DefaultSampling: 1, Logger: slog.New(trap{&sprung})})
	earlier := []flow.Record{{Exporter: "earlier"}}
	out := s.Decode(router, now, v9(set(0, template(256, f(8, 4))), set(256, be(4, 1)), be(2, 256), be(2, 99)), earlier)
	if len(out) != 1 || out[0].Exporter != "earlier" {
		t.Errorf("returned %d records, want the one that was there", len(out))
	}
	holds(t, s.Decoder, 0)
	if c := s.Counts(); c.Datagrams != 1 || c.DatagramsMalformed != 1 || c.Sets != 0 || !sprung {
		t.Errorf("logged %t, counted %s", sprung, c.String())
	}
}
