package decode_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
)

// TestSighting has one datagram of each protocol: where it stands in its
// exporter's numbering.
func TestSighting(t *testing.T) {
	stream := func(format flow.Format, domain uint32) decode.Stream {
		return decode.Stream{Format: format, From: router, Domain: domain}
	}
	agent := stream(flow.SFlow, 5)
	agent.Agent = netip.MustParseAddr("192.0.2.9")
	src := ip("10.0.0.1")
	learnt := set(2, template(256, f(8, 4)), template(257, f(8, 4), f(1, 8), rf(1, 8)))

	for _, c := range []struct {
		name string
		say  []byte
		want decode.Sighting
	}{
		{
			"v5 counts flows", v5(2, 0, v5record(0, 0), v5record(0, 0)),
			decode.Sighting{Stream: stream(flow.NetFlow5, 1<<8|2), Sequence: 1, Records: 2, Whole: true, Uptime: uptime0, HasUptime: true, Sent: now},
		},
		{
			"v9 counts itself", v9(set(0, template(256, f(8, 4))), set(256, src, src, src)),
			decode.Sighting{Stream: stream(flow.NetFlow9, domain0), Sequence: 1, Records: 3, Whole: true, Uptime: uptime0, HasUptime: true, Sent: now},
		},
		{
			"ipfix counts data records, of options too, and a biflow once",
			v10(
				learnt, set(3, options10(258, 1, f(149, 4), f(34, 4))),
				set(256, src, src), set(258, be(8, 10)), set(257, src, be(8, 1), be(8, 2)),
			),
			decode.Sighting{Stream: stream(flow.IPFIX, domain0), Sequence: 1, Records: 4, Whole: true, Sent: now},
		},
		{
			"ipfix with a set that cannot be counted", v10(learnt, set(256, src), set(300, src)),
			decode.Sighting{Stream: stream(flow.IPFIX, domain0), Sequence: 1, Records: 1, Sent: now},
		},
		{
			"ipfix with a set that runs past the end", v10(learnt, set(256, src), be(2, 256), be(2, 99)),
			decode.Sighting{Stream: stream(flow.IPFIX, domain0), Sequence: 1, Records: 1, Sent: now},
		},
		{
			"sflow counts itself, for its agent", sflow5(flowSample(sampledIPv4())),
			decode.Sighting{Stream: agent, Sequence: 1, Records: 1, Whole: true, Uptime: 1000, HasUptime: true},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStation(t, decode.Options{})
			s.receive(c.say)
			got, ok := s.Sighting()
			same := cmpopts.EquateComparable(netip.AddrPort{}, netip.Addr{})
			if diff := cmp.Diff(c.want, got, same, cmpopts.EquateApproxTime(time.Microsecond)); diff != "" || !ok {
				t.Errorf("seen %v (-want +got):\n%s", ok, diff)
			}
			s.receive([]byte("neither fish nor flow"))
			if got, ok := s.Sighting(); ok {
				t.Errorf("the datagram after it, of no protocol, stands at %+v", got)
			}
		})
	}
}

// TestChanges: what is announced again is no change, what differs is one.
func TestChanges(t *testing.T) {
	announce := func(element uint16, rate uint64) []byte {
		return v9(
			set(0, template(256, f(element, 4))),
			set(1, options9(258, 1, f(1, 4), f(34, 4))), set(258, be(4, 0), be(4, rate)),
		)
	}
	s := newStation(t, decode.Options{})
	s.receive(announce(8, 10), announce(8, 10), announce(12, 10), announce(12, 20))
	if c := s.Counts(); c.TemplateChanges != 1 || c.SamplingChanges != 1 || c.Templates != 8 {
		t.Errorf("%d changes of %d templates, %d of sampling; want 1 of 8 and 1", c.TemplateChanges, c.Templates, c.SamplingChanges)
	}
}
