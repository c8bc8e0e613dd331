package decode_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
)

// blank is a record of now with nothing exported.
func blank(format flow.Format) flow.Record {
	return flow.Record{
		ReceivedAt: now.UnixMicro(), StartedAt: now.UnixMilli(), EndedAt: now.UnixMilli(),
		Exporter: "192.0.2.1", Domain: domain0,
		EndReason: flow.Null, Direction: flow.Null, Boundary: flow.Null, NATSrcPort: flow.Null,
		Format: format, TimeSource: flow.ReceivedClock,
	}
}

// TestWholeRecord has every column of the schema from one record.
func TestWholeRecord(t *testing.T) {
	list := []field{
		f(8, 4), f(12, 4), f(7, 2), f(11, 2), f(4, 1), f(6, 2), f(1, 8), f(2, 8), f(10, 4), f(14, 4), f(16, 4), f(17, 4),
		f(136, 1), f(61, 1), f(225, 4), f(227, 2), f(34, 4), f(152, 8), f(153, 8), f(58, 2), f(5, 1),
	}
	values := join(
		ip("10.0.0.1"), ip("198.51.100.7"), be(2, 50000), be(2, 3333), be(1, 6), be(2, 0xf11b), be(8, 4096), be(8, 31), be(4, 70000), be(4, 8),
		be(4, 4200000000), be(4, 64501), be(1, 2), be(1, 1), ip("203.0.113.5"), be(2, 1024), be(4, 100), ms(now.Add(-2000e6)), ms(now.Add(-1000e6)),
		be(2, 12), be(1, 0),
	)
	want := blank(flow.IPFIX)
	want.StartedAt, want.EndedAt, want.TimeSource = now.UnixMilli()-2000, now.UnixMilli()-1000, flow.ExporterClock
	want.Src, want.Dst = addr("10.0.0.1"), addr("198.51.100.7")
	want.SrcPort, want.DstPort, want.Proto, want.TCPFlags = 50000, 3333, 6, 0x11b
	want.Bytes, want.Packets, want.SamplingRate = 4096, 31, 100
	want.InIf, want.OutIf, want.SrcAS, want.DstAS = 70000, 8, 4200000000, 64501
	want.EndReason, want.Direction = 2, 1
	want.HasNATSrc, want.NATSrc, want.NATSrcPort = true, addr("203.0.113.5"), 1024
	got := decodeOne(t, v10(set(2, template(256, list...)), set(256, values)))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
}

// TestElements has the elements one by one: what they change in a record of
// nothing.
func TestElements(t *testing.T) {
	v6a, v6b := "2001:db8::1", "2001:db8::2"
	both := []field{f(8, 4), f(12, 4), f(27, 16), f(28, 16)}
	frame := ethernet(0x0800, ipv4Packet(6, tcp()))
	for _, c := range []struct {
		name   string
		fields []field
		values []byte
		change func(*flow.Record)
	}{
		{"no address", []field{f(80, 6)}, be(6, 1), func(*flow.Record) {}},
		{"IPv4", []field{f(8, 4), f(12, 4)}, join(ip("10.0.0.1"), ip("10.0.0.2")), func(r *flow.Record) { r.Src, r.Dst = addr("10.0.0.1"), addr("10.0.0.2") }},
		{"IPv4 of zeros was exported", []field{f(8, 4), f(12, 4)}, be(8, 0), func(r *flow.Record) { r.Src, r.Dst = addr("0.0.0.0"), addr("0.0.0.0") }},
		{"IPv6", []field{f(27, 16), f(28, 16)}, join(ip(v6a), ip(v6b)), func(r *flow.Record) { r.Src, r.Dst = addr(v6a), addr(v6b) }},
		{"both families, IPv4", both, join(ip("10.0.0.1"), ip("10.0.0.2"), be(32, 0)), func(r *flow.Record) { r.Src, r.Dst = addr("10.0.0.1"), addr("10.0.0.2") }},
		{"both families, IPv6", both, join(be(8, 0), ip(v6a), ip(v6b)), func(r *flow.Record) { r.Src, r.Dst = addr(v6a), addr(v6b) }},
		{"both families, none", both, be(40, 0), func(*flow.Record) {}},
		{"both filled, ipVersion 6", append([]field{f(60, 1)}, both...), join(be(1, 6), ip("10.0.0.1"), ip("10.0.0.2"), ip(v6a), ip(v6b)), func(r *flow.Record) { r.Src, r.Dst = addr(v6a), addr(v6b) }},
		{"both filled, ipVersion 4", append(both, f(60, 1)), join(ip("10.0.0.1"), ip("10.0.0.2"), ip(v6a), ip(v6b), be(1, 4)), func(r *flow.Record) { r.Src, r.Dst = addr("10.0.0.1"), addr("10.0.0.2") }},
		{"an IPv4 address of two bytes is none", []field{f(8, 2)}, be(2, 1), func(*flow.Record) {}},
		{"UDP ports (180, 181)", []field{f(180, 2), f(181, 2)}, join(be(2, 53), be(2, 54)), func(r *flow.Record) { r.SrcPort, r.DstPort = 53, 54 }},
		{"TCP ports (182, 183)", []field{f(182, 2), f(183, 2)}, join(be(2, 80), be(2, 81)), func(r *flow.Record) { r.SrcPort, r.DstPort = 80, 81 }},
		{"TCP ports beside zero UDP ports", []field{f(180, 2), f(182, 2)}, join(be(2, 0), be(2, 81)), func(r *flow.Record) { r.SrcPort = 81 }},
		{"ICMP type and code (32)", []field{f(4, 1), f(32, 2)}, join(be(1, 1), be(2, 0x0301)), func(r *flow.Record) { r.Proto, r.DstPort = 1, 0x0301 }},
		{"ICMPv6 type and code (139)", []field{f(139, 2), f(4, 1)}, join(be(2, 0x8000), be(1, 58)), func(r *flow.Record) { r.Proto, r.DstPort = 58, 0x8000 }},
		{"ICMP type, code (176, 177)", []field{f(4, 1), f(176, 1), f(177, 1)}, join(be(1, 1), be(1, 3), be(1, 1)), func(r *flow.Record) { r.Proto, r.DstPort = 1, 0x0301 }},
		{"ICMP in the port, as in v5", []field{f(4, 1), f(32, 2), f(11, 2)}, join(be(1, 1), be(2, 0), be(2, 0x0800)), func(r *flow.Record) { r.Proto, r.DstPort = 1, 0x0800 }},
		{"ICMP's element in TCP", []field{f(4, 1), f(32, 2)}, join(be(1, 6), be(2, 0x0301)), func(r *flow.Record) { r.Proto = 6 }},
		{"next header (193)", []field{f(193, 1)}, be(1, 17), func(r *flow.Record) { r.Proto = 17 }},
		{"physical interfaces (252, 253)", []field{f(252, 4), f(253, 4)}, join(be(4, 5), be(4, 6)), func(r *flow.Record) { r.InIf, r.OutIf = 5, 6 }},
		{"logical over physical interfaces", []field{f(252, 4), f(10, 2)}, join(be(4, 5), be(2, 7)), func(r *flow.Record) { r.InIf = 7 }},
		{"AS of two bytes", []field{f(16, 2), f(17, 2)}, join(be(2, 64500), be(2, 64501)), func(r *flow.Record) { r.SrcAS, r.DstAS = 64500, 64501 }},
		{"end reason 0 and direction 0 were exported", []field{f(136, 1), f(61, 1)}, be(2, 0), func(r *flow.Record) { r.EndReason, r.Direction = 0, 0 }},
		{"post-NAT IPv6 source (281)", []field{f(281, 16)}, ip(v6a), func(r *flow.Record) { r.HasNATSrc, r.NATSrc = true, addr(v6a) }},
		{"post-NAT source of zeros is none", []field{f(225, 4), f(227, 2)}, be(6, 0), func(*flow.Record) {}},
		{"ASA's translation (40001, 40003)", []field{f(40001, 4), f(40003, 2)}, join(ip("203.0.113.5"), be(2, 99)), func(r *flow.Record) {
			r.HasNATSrc, r.NATSrc, r.NATSrcPort = true, addr("203.0.113.5"), 99
		}},
		{"frame section (315)", []field{f(315, uint16(len(frame)))}, frame, func(r *flow.Record) {
			r.Src, r.Dst, r.Proto = addr("10.0.0.1"), addr("10.0.0.2"), 6
			r.SrcPort, r.DstPort, r.TCPFlags, r.Bytes, r.Packets = 40000, 3333, 0x018, 40, 1
		}},
		{"frame section (104) with counters", []field{f(1, 4), f(2, 4), f(104, uint16(len(frame)))}, join(be(4, 900), be(4, 2), frame), func(r *flow.Record) {
			r.Src, r.Dst, r.Proto = addr("10.0.0.1"), addr("10.0.0.2"), 6
			r.SrcPort, r.DstPort, r.TCPFlags, r.Bytes, r.Packets = 40000, 3333, 0x018, 900, 2
		}},
		{"packet section (313)", []field{f(313, 40)}, frame[14:], func(r *flow.Record) {
			r.Src, r.Dst, r.Proto = addr("10.0.0.1"), addr("10.0.0.2"), 6
			r.SrcPort, r.DstPort, r.TCPFlags, r.Bytes, r.Packets = 40000, 3333, 0x018, 40, 1
		}},
		{"addresses over a section", []field{f(8, 4), f(12, 4), f(313, 40)}, join(ip("10.9.0.1"), ip("10.9.0.2"), frame[14:]), func(r *flow.Record) {
			r.Src, r.Dst = addr("10.9.0.1"), addr("10.9.0.2")
		}},
		{"a section of nothing known", []field{f(313, 4), f(315, 3)}, be(7, 0), func(*flow.Record) {}},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := blank(flow.NetFlow9)
			c.change(&want)
			got := decodeOne(t, v9(set(0, template(256, c.fields...)), set(256, c.values)))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("record (-want +got):\n%s", diff)
			}
		})
	}
}

// TestBiflows: the other direction is a record of its own, with the
// endpoints turned round.
func TestBiflows(t *testing.T) {
	start, end := now.Add(-60e9), now.Add(-30e9)
	list := []field{f(8, 4), f(12, 4), f(7, 2), f(11, 2), f(4, 1), f(10, 4), f(14, 4), f(16, 4), f(17, 4), f(152, 8), f(153, 8), f(1, 4), f(2, 4), f(6, 1), f(136, 1), f(225, 4)}
	values := join(ip("10.0.0.1"), ip("198.51.100.7"), be(2, 50000), be(2, 3333), be(1, 6), be(4, 1), be(4, 2), be(4, 100), be(4, 200), ms(start), ms(end), be(4, 640), be(4, 5), be(1, 2), be(1, 3), ip("203.0.113.5"))
	forward := blank(flow.IPFIX)
	forward.Src, forward.Dst, forward.SrcPort, forward.DstPort, forward.Proto = addr("10.0.0.1"), addr("198.51.100.7"), 50000, 3333, 6
	forward.InIf, forward.OutIf, forward.SrcAS, forward.DstAS = 1, 2, 100, 200
	forward.StartedAt, forward.EndedAt, forward.TimeSource = start.UnixMilli(), end.UnixMilli(), flow.ExporterClock
	forward.Bytes, forward.Packets, forward.TCPFlags, forward.EndReason = 640, 5, 2, 3
	forward.HasNATSrc, forward.NATSrc = true, addr("203.0.113.5")
	back := forward
	back.Src, back.Dst, back.SrcPort, back.DstPort = forward.Dst, forward.Src, 3333, 50000
	back.InIf, back.OutIf, back.SrcAS, back.DstAS = 2, 1, 200, 100
	back.HasNATSrc, back.NATSrc, back.TCPFlags = false, flow.Addr{}, 0
	back.Bytes, back.Packets = 900, 7
	later := back
	later.StartedAt, later.EndedAt = start.UnixMilli()+20, end.UnixMilli()+20
	later.TCPFlags, later.EndReason = 0x12, 1

	initiated := append(append([]field{}, list[:11]...), append(append([]field{}, list[13:]...), f(231, 4), f(232, 4), f(298, 4), f(299, 4))...)
	initiatedValues := join(values[:len(values)-14], values[len(values)-6:], be(4, 640), be(4, 900), be(4, 5), be(4, 7))

	for _, c := range []struct {
		name   string
		fields []field
		values []byte
		want   []flow.Record
	}{
		{"reverse counters", append(list, rf(1, 4), rf(2, 4)), join(values, be(4, 900), be(4, 7)), []flow.Record{forward, back}},
		{
			"reverse totals, times, flags and end reason",
			append(list, rf(85, 4), rf(86, 4), rf(152, 8), rf(153, 8), rf(6, 1), rf(136, 1)),
			join(values, be(4, 900), be(4, 7), ms(start.Add(20e6)), ms(end.Add(20e6)), be(1, 0x12), be(1, 1)),
			[]flow.Record{forward, later},
		},
		{"no packets came back", append(list, rf(1, 4), rf(2, 4), rf(6, 1)), join(values, be(4, 0), be(4, 0), be(1, 0x12)), []flow.Record{forward}},
		{"initiator and responder (231, 232, 298, 299)", initiated, initiatedValues, []flow.Record{forward, back}},
		{"the responder beside deltas is told already", append(list, f(232, 4)), join(values, be(4, 900)), []flow.Record{forward}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStation(t, decode.Options{})
			got := s.receive(v10(set(2, template(256, c.fields...)), set(256, c.values)))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
			if got, want := s.Counts().BiflowsReversed, int64(len(c.want)-1); got != want {
				t.Errorf("%d reversed, want %d", got, want)
			}
		})
	}
}

// TestBiflowOfICMP: type and code do not change sides.
func TestBiflowOfICMP(t *testing.T) {
	s := newStation(t, decode.Options{})
	got := s.receive(v10(
		set(2, template(256, f(8, 4), f(12, 4), f(4, 1), f(32, 2), f(2, 4), rf(2, 4), rf(32, 2))),
		set(256, ip("10.0.0.1"), ip("10.0.0.2"), be(1, 1), be(2, 0x0800), be(4, 4), be(4, 3), be(2, 0)),
	))
	if len(got) != 2 || got[0].DstPort != 0x0800 || got[1].SrcPort != 0 || got[1].DstPort != 0 {
		t.Errorf("got %+v, want an echo request and its reply", got)
	}
}

func TestNetFlow5(t *testing.T) {
	want := blank(flow.NetFlow5)
	want.Domain = 1<<8 | 2
	want.StartedAt, want.EndedAt, want.TimeSource = now.UnixMilli()-5000, now.UnixMilli()-1000, flow.ExporterClock
	want.Src, want.Dst, want.SrcPort, want.DstPort = addr("10.1.2.3"), addr("198.51.100.7"), 50000, 3333
	want.Proto, want.TCPFlags, want.Bytes, want.Packets, want.SamplingRate = 6, 0x1b, 3000, 20, 1000
	want.InIf, want.OutIf, want.SrcAS, want.DstAS = 3, 4, 64500, 64501
	got := decodeOne(t, v5(1, 1<<14|1000, v5record(uptime0-5000, uptime0-1000)))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
}

// TestNetFlow5Count: no record is made of bytes that are not there.
func TestNetFlow5Count(t *testing.T) {
	record := v5record(uptime0, uptime0)
	full := make([][]byte, 31)
	for i := range full {
		full[i] = record
	}
	for _, c := range []struct {
		name                string
		say                 []byte
		returned, malformed int64
	}{
		{"30 of 30", v5(30, 1, full[:30]...), 30, 0},
		{"none", v5(0, 1), 0, 0},
		{"30 claimed, 1 there", v5(30, 1, record), 0, 30},
		{"2 claimed, 1 and a half there", v5(2, 1, record, record[:40]), 0, 2},
		{"31 claimed, more than v5 has", v5(31, 1, full...), 0, 31},
		{"65535 claimed", v5(65535, 1, full...), 0, 65535},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStation(t, decode.Options{})
			if got := int64(len(s.receive(c.say))); got != c.returned {
				t.Errorf("%d records, want %d", got, c.returned)
			}
			if got := s.Counts().RecordsMalformed; got != c.malformed {
				t.Errorf("%d malformed, want %d", got, c.malformed)
			}
		})
	}
}
