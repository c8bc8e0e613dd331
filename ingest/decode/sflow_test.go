package decode_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
)

// ethernet is a frame of that EtherType.
func ethernet(kind uint16, payload []byte) []byte {
	return join(be(12, 1), be(2, uint64(kind)), payload)
}

// tcp is a TCP header from port 40000 to 3333 with ACK and PSH.
func tcp() []byte {
	return join(be(2, 40000), be(2, 3333), be(8, 0), be(2, 0x5018), be(6, 0))
}

func udp(src, dst uint16) []byte { return join(be(2, uint64(src)), be(2, uint64(dst)), be(4, 0)) }

// ipv4Packet and ipv6Packet are packets from address 1 to address 2.
func ipv4Packet(proto uint8, payload []byte) []byte {
	return join(be(1, 0x45), be(1, 0), be(2, uint64(20+len(payload))), be(4, 0), be(1, 64), be(1, uint64(proto)), be(2, 0), ip("10.0.0.1"), ip("10.0.0.2"), payload)
}

func ipv6Packet(next uint8, payload []byte) []byte {
	return join(be(4, 0x60000000), be(2, uint64(len(payload))), be(1, uint64(next)), be(1, 64), ip("2001:db8::1"), ip("2001:db8::2"), payload)
}

// sampledIPv4 is a sampled_ipv4 record of a packet of 100 bytes.
func sampledIPv4() []byte {
	return block(3, be(4, 100), be(4, 17), ip("10.7.0.1"), ip("10.7.0.2"), be(4, 53), be(4, 5353), be(4, 0), be(4, 0))
}

// sampled is the record of flowSample with nothing said of the packet.
func sampled() flow.Record {
	r := blank(flow.SFlow)
	r.Domain, r.Packets, r.SamplingRate, r.InIf, r.OutIf = 5, 1, 512, 3, 4
	return r
}

// TestSFlow has one flow sample each: what its flow records make of it.
func TestSFlow(t *testing.T) {
	tcp4 := ipv4Packet(6, tcp())
	udp6 := ipv6Packet(17, udp(1000, 2000))
	is4 := func(r *flow.Record) {
		r.Src, r.Dst, r.SrcPort, r.DstPort, r.Proto, r.TCPFlags = addr("10.0.0.1"), addr("10.0.0.2"), 40000, 3333, 6, 0x18
		r.Bytes = 1518
	}
	is6 := func(r *flow.Record) {
		r.Src, r.Dst, r.SrcPort, r.DstPort, r.Proto = addr("2001:db8::1"), addr("2001:db8::2"), 1000, 2000, 17
		r.Bytes = 1518
	}
	without := func(change func(*flow.Record), clear func(*flow.Record)) func(*flow.Record) {
		return func(r *flow.Record) { change(r); clear(r) }
	}
	portless := func(r *flow.Record) { r.SrcPort, r.DstPort, r.TCPFlags = 0, 0, 0 }
	is := func(bytes int64) func(*flow.Record) { return func(r *flow.Record) { r.Bytes = bytes } }
	fragment := join(tcp4[:6], be(2, 0x2001), tcp4[8:])
	extended := ipv6Packet(0, join(
		be(1, 60), be(1, 0), be(6, 0), // hop by hop
		be(1, 43), be(1, 1), be(14, 0), // destination options
		be(1, 44), be(1, 0), be(6, 0), // routing
		be(1, 51), be(1, 0), be(6, 0), // first fragment
		be(1, 17), be(1, 1), be(10, 0), // authentication
		udp(1000, 2000)))
	for _, c := range []struct {
		name   string
		sample []byte
		change func(*flow.Record)
	}{
		{"Ethernet, IPv4", flowSample(rawHeader(1, 1518, ethernet(0x0800, tcp4))), is4},
		{"Ethernet, IPv6", flowSample(rawHeader(1, 1518, ethernet(0x86dd, udp6))), is6},
		{"expanded sample", expandedSample(1, rawHeader(1, 1518, ethernet(0x0800, tcp4))), is4},
		{"VLAN", flowSample(rawHeader(1, 1518, ethernet(0x8100, join(be(2, 7), be(2, 0x0800), tcp4)))), is4},
		{"QinQ", flowSample(rawHeader(1, 1518, ethernet(0x88a8, join(be(2, 7), be(2, 0x8100), be(2, 8), be(2, 0x86dd), udp6)))), is6},
		{"MPLS of two labels", flowSample(rawHeader(1, 1518, ethernet(0x8847, join(be(4, 0x00010040), be(4, 0x00020140), tcp4)))), is4},
		{"Ethernet over MPLS", flowSample(rawHeader(1, 1518, ethernet(0x8847, join(be(4, 0x00020140), be(4, 0), ethernet(0x0800, tcp4))))), is4},
		{"PPPoE", flowSample(rawHeader(1, 1518, ethernet(0x8864, join(be(6, 0x110000010000), be(2, 0x0021), tcp4)))), is4},
		{"SNAP", flowSample(rawHeader(1, 1518, ethernet(48, join([]byte{0xaa, 0xaa, 3, 0, 0, 0}, be(2, 0x0800), tcp4)))), is4},
		{"raw IPv4 (11)", flowSample(rawHeader(11, 1518, tcp4)), is4},
		{"raw IPv6 (12)", flowSample(rawHeader(12, 1518, udp6)), is6},
		{"raw MPLS (13)", flowSample(rawHeader(13, 1518, join(be(4, 0x00020140), udp6))), is6},
		{"PPP (7)", flowSample(rawHeader(7, 1518, join(be(2, 0xff03), be(2, 0x0057), udp6))), is6},
		{"cut behind the addresses", flowSample(rawHeader(11, 1518, tcp4[:20])), without(is4, portless)},
		{"cut behind the ports", flowSample(rawHeader(11, 1518, tcp4[:25])), without(is4, func(r *flow.Record) { r.TCPFlags = 0 })},
		{"a later fragment has no ports", flowSample(rawHeader(11, 1518, fragment)), without(is4, portless)},
		{"IPv4 options", flowSample(rawHeader(11, 1518, join(be(1, 0x46), tcp4[1:20], be(4, 0), tcp4[20:]))), is4},
		{"IPv6 extension headers", flowSample(rawHeader(12, 1518, extended)), is6},
		{"ICMP", flowSample(rawHeader(11, 84, ipv4Packet(1, be(8, 0x0301<<48)))), func(r *flow.Record) {
			r.Src, r.Dst, r.Proto, r.DstPort, r.Bytes = addr("10.0.0.1"), addr("10.0.0.2"), 1, 0x0301, 84
		}},
		{"ARP has no IP", flowSample(rawHeader(1, 64, ethernet(0x0806, be(28, 1)))), is(64)},
		{"an unknown header protocol", flowSample(rawHeader(99, 64, tcp4)), is(64)},
		{"padding is not part of the header", flowSample(rawHeader(11, 64, tcp4[:19])), is(64)},
		{"sampled_ethernet", flowSample(block(2, be(4, 900), be(6, 1), be(6, 2), be(4, 0x0800))), is(900)},
		{"sampled_ipv4", flowSample(sampledIPv4()), func(r *flow.Record) {
			r.Src, r.Dst, r.SrcPort, r.DstPort, r.Proto, r.Bytes = addr("10.7.0.1"), addr("10.7.0.2"), 53, 5353, 17, 100
		}},
		{"sampled_ipv6", flowSample(block(4, be(4, 80), be(4, 6), ip("2001:db8::1"), ip("2001:db8::2"), be(4, 1), be(4, 2), be(4, 2), be(4, 0))), func(r *flow.Record) {
			r.Src, r.Dst, r.SrcPort, r.DstPort, r.Proto, r.TCPFlags, r.Bytes = addr("2001:db8::1"), addr("2001:db8::2"), 1, 2, 6, 2, 80
		}},
		{"the header over sampled_ipv4", flowSample(sampledIPv4(), rawHeader(1, 1518, ethernet(0x0800, tcp4))), is4},
		{"sampled_ipv4 where the header has none", flowSample(rawHeader(99, 64, be(4, 0)), sampledIPv4()), func(r *flow.Record) {
			r.Src, r.Dst, r.SrcPort, r.DstPort, r.Proto, r.Bytes = addr("10.7.0.1"), addr("10.7.0.2"), 53, 5353, 17, 64
		}},
		{"extended records beside the header", flowSample(block(1001, be(16, 7)), rawHeader(1, 1518, ethernet(0x0800, tcp4)), block(4242, be(3, 1))), is4},
		{"a gateway's AS path", flowSample(rawHeader(11, 1518, tcp4), block(1003, be(4, 1), ip("10.0.0.9"), be(4, 64499), be(4, 64500), be(4, 64498), be(4, 1), be(4, 2), be(4, 2), be(4, 1), be(4, 64501), be(4, 0), be(4, 100))), func(r *flow.Record) {
			is4(r)
			r.SrcAS, r.DstAS = 64500, 64501
		}},
		{"nothing but VLANs", flowSample(block(1001, be(16, 7))), func(*flow.Record) {}},
		{"no records", flowSample(), func(*flow.Record) {}},
		{"a broken record beside a good one", flowSample(block(3, be(4, 1)), rawHeader(11, 1518, tcp4)), is4},
		{"interfaces that are none", block(1, be(4, 1), be(4, 3), be(4, 512), be(4, 512), be(4, 0), be(4, 0x3fffffff), be(4, 0x80000002), be(4, 0)), func(r *flow.Record) { r.InIf, r.OutIf = 0, 0 }},
		{"expanded interfaces that are none", block(3, be(4, 1), be(4, 0), be(4, 3), be(4, 512), be(4, 512), be(4, 0), be(4, 0), be(4, 0xffffffff), be(4, 2), be(4, 9), be(4, 0)), func(r *flow.Record) { r.InIf, r.OutIf = 0, 0 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := sampled()
			c.change(&want)
			got := decodeOne(t, sflow5(c.sample))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("record (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSFlowDatagrams: what one sample is must not cost the others.
func TestSFlowDatagrams(t *testing.T) {
	counters := block(2, be(4, 1), be(4, 3), be(4, 1), block(1, make([]byte, 88)))
	drop := block(5, be(4, 1), be(4, 0), be(4, 3), be(4, 0), be(4, 1), be(4, 2), be(4, 256), be(4, 0))
	good := flowSample(rawHeader(11, 64, ipv4Packet(17, udp(1, 2))))
	padded := block(1, good[8:], be(12, 0))
	for _, c := range []struct {
		name    string
		say     []byte
		records int
		want    flow.Counts
	}{
		{"counters and drops are no flows", sflow5(counters, good, block(4, counters[8:]), drop), 1, flow.Counts{Sets: 4, SetsDecoded: 4, CounterSamples: 3, Records: 1}},
		{"an unknown sample kind between two", sflow5(good, block(0x00123001, be(8, 1)), good), 2, flow.Counts{Sets: 3, SetsDecoded: 2, SetsUnknown: 1, Records: 2}},
		{"padding after a sample", sflow5(padded, padded, good), 3, flow.Counts{Sets: 3, SetsDecoded: 3, Records: 3}},
		{"a sample past the end, and the one announced after it", sflow5n(3, good, join(be(4, 1), be(4, 4000), be(80, 0))), 1, flow.Counts{Sets: 3, SetsDecoded: 1, SetsMalformed: 2, Records: 1}},
		{"a flow sample without its fixed part", sflow5(block(1, be(28, 0)), good), 1, flow.Counts{Sets: 2, SetsDecoded: 1, SetsMalformed: 1, Records: 1}},
		{"more flow records than bytes", sflow5(block(1, good[8:36], be(4, 900), good[40:]), good), 1, flow.Counts{Sets: 2, SetsDecoded: 1, SetsMalformed: 1, Records: 1}},
		{"a sample whose only record cannot be read", sflow5(flowSample(block(1, be(8, 1))), good), 1, flow.Counts{Sets: 2, SetsDecoded: 2, Records: 2, RecordsMalformed: 1}},
		{"a flow record longer than its sample", sflow5(flowSample(join(be(4, 1), be(4, 999), be(16, 0))), good), 1, flow.Counts{Sets: 2, SetsDecoded: 2, Records: 2, RecordsMalformed: 1}},
		{"a thousand flow records and one", sflow5(flowSample(repeat(1001, block(9))...), good), 1, flow.Counts{Sets: 2, SetsDecoded: 1, SetsMalformed: 1, Records: 1}},
		{"no samples", sflow5(), 0, flow.Counts{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStation(t, decode.Options{})
			if got := len(s.receive(c.say)); got != c.records {
				t.Errorf("%d records, want %d", got, c.records)
			}
			c.want.Datagrams, c.want.DatagramsDecoded, c.want.DatagramBytes = 1, 1, int64(len(c.say))
			if diff := cmp.Diff(c.want, s.Counts(), exceptStray); diff != "" {
				t.Errorf("counts (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSFlowAgents: an agent of an IPv6 address is read; one of another kind, or
// that announces more than it can send, is not.
func TestSFlowAgents(t *testing.T) {
	s := newStation(t, decode.Options{})
	if r := s.one(join(be(4, 5), be(4, 2), ip("2001:db8::9"), be(4, 5), be(4, 1), be(4, 0), be(4, 1), flowSample())); r.Exporter != "192.0.2.1" || r.Domain != 5 {
		t.Errorf("exporter %s, sub-agent %d", r.Exporter, r.Domain)
	}
	if got := s.receive(join(be(4, 5), be(4, 3), be(24, 0))); len(got) != 0 || s.Counts().DatagramsMalformed != 1 {
		t.Errorf("%d records of an agent without address", len(got))
	}
	if got := s.receive(sflow5(repeat(1001, block(9))...)); len(got) != 0 || s.Counts().DatagramsMalformed != 2 {
		t.Errorf("%d records of an agent that announces a thousand samples and one", len(got))
	}
}
